package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.rate;

import dev.lockstep.train.FixedBatch;
import dev.lockstep.train.TrainingProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The learning-rate range test (Smith 2017, section 3.3) of one tower: the rate grows from step to
 * step, the other tower stands still, and the loss on one batch tells where learning begins and
 * where it breaks.
 *
 * @param rates of each step
 * @param losses before each step
 */
record RateProbe(List<Double> rates, List<Double> losses) {
  private static final double LOWEST = 1e-6;
  private static final double HIGHEST = 1;

  /**
   * Takes the steps.
   *
   * @param tower image or text
   * @param steps how many at most; fewer where the loss breaks before
   */
  static RateProbe run(TrainingProbe probe, FixedBatch batch, String tower, int steps) {
    probe.reset();
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < steps; i++) {
      double rate = LOWEST * Math.pow(HIGHEST / LOWEST, i / (steps - 1.0));
      Map<String, Double> all = new HashMap<>(Map.of("image", 0.0, "text", 0.0, "shared", 0.0));
      all.put(tower, rate);
      double loss = probe.step(batch, all).loss();
      rates.add(rate);
      losses.add(loss);
      lowest = Math.min(lowest, loss);
      if (!Double.isFinite(loss) || loss > 2 * losses.get(0) + 1) {
        break;
      }
    }
    return new RateProbe(rates, losses);
  }

  private int lowestAt() {
    int at = 0;
    for (int i = 1; i < losses.size(); i++) {
      if (losses.get(i) < losses.get(at)) {
        at = i;
      }
    }
    return at;
  }

  /**
   * The highest rate at which the loss still fell: that of the step before the lowest loss; empty
   * where no rate brought the loss down.
   */
  OptionalDouble breaks() {
    int at = lowestAt();
    return at == 0 || losses.get(at) > 0.98 * losses.get(0)
        ? OptionalDouble.empty()
        : OptionalDouble.of(rates.get(at - 1));
  }

  /** Whether at a rate and all above it the loss is worse than it was at first. */
  boolean worsensFrom(double rate) {
    for (int i = 1; i < rates.size(); i++) {
      // A loss is that before its step: what the step before it made.
      if (rates.get(i - 1) >= rate && losses.get(i) <= losses.get(0)) {
        return false;
      }
    }
    return Double.isNaN(losses.get(losses.size() - 1))
        || losses.get(losses.size() - 1) > losses.get(0);
  }

  /** The rate at which the loss had fallen by half of all that it fell. */
  OptionalDouble halfWay() {
    if (breaks().isEmpty()) {
      return OptionalDouble.empty();
    }
    int at = lowestAt();
    double half = (losses.get(0) + losses.get(at)) / 2;
    for (int i = 1; i <= at; i++) {
      if (losses.get(i) <= half) {
        return OptionalDouble.of(rates.get(i - 1));
      }
    }
    return OptionalDouble.empty();
  }

  /**
   * For a reader.
   *
   * @param set the rate that the experiment has
   */
  String describe(String tower, double set) {
    if (halfWay().isEmpty()) {
      return "%s tower: no rate from %s to %s brings the loss of one batch down; it is to learn at %s"
          .formatted(tower, rate(LOWEST), rate(HIGHEST), rate(set));
    }
    return "%s tower: one batch is half learned at %s, best at %s; it is to learn at %s"
        .formatted(tower, rate(halfWay().getAsDouble()), rate(breaks().getAsDouble()), rate(set));
  }
}
