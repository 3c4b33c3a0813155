package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast each tower learns at each step of a stage: a linear warm-up to its rate, then a decay
 * that lasts to the end of the stage.
 *
 * @param peak the highest rate of each tower
 * @param warmup steps that each tower's warm-up takes
 * @param decay how the rate falls after the warm-up
 * @param finalRate what is left at the end of the stage, as a share of the highest rate
 */
public record LearningRateSchedule(ByTower peak, ByTower warmup, Decay decay, double finalRate) {

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
    return new LearningRateSchedule(
        peak(block),
        ByTower.integersFrom(block, "warmup", Integer.MAX_VALUE, 0),
        block.choice("decay", Decay.class, Decay.COSINE),
        block.number("final-rate", 0, 1, 0));
  }

  private static ByTower peak(Block block) {
    if (!block.isBlock("learning-rate")) {
      return ByTower.all(block.number("learning-rate", 0, 10));
    }
    Block rates = block.block("learning-rate");
    double image = rates.number("image", 0, 10);
    double text = rates.number("text", 0, 10);
    return new ByTower(image, text, rates.number("shared", 0, 10, Math.max(image, text)));
  }

  /**
   * The factor on a side's rate, 0 to 1, as open_clip's schedulers have it: 1/warmup at the first
   * step, 1 at the last step of the warm-up and at the one that follows it. The decay would reach
   * {@code finalRate} one step after the last, so that no step is spent on a rate of 0.
   *
   * <p>Where a stage ends by time, the decay follows the share of its time that is used, from the
   * stage's first step on; where it ends by both, whichever is further.
   */
  public double at(Side side, StageProgress progress) {
    double steps = warmup.of(side);
    double byStep =
        progress.steps() == 0
            ? 0
            : (progress.step() - steps) / Math.max(1, progress.steps() - steps);
    double decayed = decayed(Math.min(1, Math.max(byStep, progress.timeShare())));
    double risen = progress.step() < steps ? (progress.step() + 1) / steps : 1;
    return risen * decayed;
  }

  private double decayed(double done) {
    double left =
        switch (decay) {
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * done));
          case LINEAR -> 1 - done;
          case CONSTANT -> 1;
        };
    return finalRate + (1 - finalRate) * left;
  }

  /** The rate of "image", "text" and "shared"; see {@link #at}. */
  public Map<String, Double> rates(StageProgress progress) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (Side side : Side.values()) {
      rates.put(side.label(), peak.of(side) * at(side, progress));
    }
    return rates;
  }
}
