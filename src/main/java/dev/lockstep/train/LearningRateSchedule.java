package dev.lockstep.train;

import dev.lockstep.config.Block;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast each tower learns at each step of a stage: a linear warm-up to its rate, then a decay
 * that lasts to the end of the stage.
 *
 * @param image the highest rate of the image tower
 * @param text the highest rate of the text tower
 * @param shared the highest rate of what belongs to no tower, such as the logit scale
 * @param warmup steps that the warm-up takes
 * @param decay how the rate falls after the warm-up
 * @param finalRate what is left at the end of the stage, as a share of the highest rate
 */
public record LearningRateSchedule(
    double image, double text, double shared, int warmup, Decay decay, double finalRate) {

  /** How the rate falls after the warm-up. */
  public enum Decay {
    /** Half a wave: slow, then fast, then slow (Loshchilov and Hutter 2017, equation 5). */
    COSINE,
    /** The same amount each step. */
    LINEAR,
    /** Not at all. */
    CONSTANT
  }

  /**
   * Reads {@code learning-rate}, {@code warmup}, {@code decay} and {@code final-rate}. The learning
   * rate is one number, or a block { image, text, shared }; {@code shared} is then the higher of
   * the other two unless it is given.
   */
  public static LearningRateSchedule from(Block block) {
    double image;
    double text;
    double shared;
    if (block.isBlock("learning-rate")) {
      Block rates = block.block("learning-rate");
      image = rates.number("image", 0, 10);
      text = rates.number("text", 0, 10);
      shared = rates.number("shared", 0, 10, Math.max(image, text));
    } else {
      image = block.number("learning-rate", 0, 10);
      text = image;
      shared = image;
    }
    return new LearningRateSchedule(
        image,
        text,
        shared,
        block.integer("warmup", 0, Integer.MAX_VALUE, 0),
        block.choice("decay", Decay.class, Decay.COSINE),
        block.number("final-rate", 0, 1, 0));
  }

  /**
   * The factor on every rate, 0 to 1, as open_clip's schedulers have it: 1/warmup at the first
   * step, 1 at the last step of the warm-up and at the one that follows it. The decay would reach
   * {@code finalRate} one step after the last, so that no step is spent on a rate of 0.
   *
   * @param step steps of the stage that were taken before this one, from 0
   * @param steps steps of the stage in all
   */
  public double at(long step, long steps) {
    if (step < warmup) {
      return (step + 1.0) / warmup;
    }
    double progress = Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
    double left =
        switch (decay) {
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
          case LINEAR -> 1 - progress;
          case CONSTANT -> 1;
        };
    return finalRate + (1 - finalRate) * left;
  }

  /** The rate of "image", "text" and "shared" at a step; see {@link #at}. */
  public Map<String, Double> rates(long step, long steps) {
    double factor = at(step, steps);
    Map<String, Double> rates = new LinkedHashMap<>();
    rates.put("image", image * factor);
    rates.put("text", text * factor);
    rates.put("shared", shared * factor);
    return rates;
  }
}
