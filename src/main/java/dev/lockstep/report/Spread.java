package dev.lockstep.report;

import java.util.Arrays;
import java.util.function.DoubleFunction;

/**
 * A figure over the seeds of an experiment.
 *
 * @param deviation the standard deviation, with one degree of freedom less than there are values;
 *     NaN for a single one
 */
record Spread(double mean, double deviation, int count) {

  /** Of the values that are known; a mean of NaN where there is none. */
  static Spread of(double[] values) {
    double[] known = Arrays.stream(values).filter(Double::isFinite).toArray();
    double mean = Arrays.stream(known).average().orElse(Double.NaN);
    double squares = Arrays.stream(known).map(v -> (v - mean) * (v - mean)).sum();
    return new Spread(
        mean,
        known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : Double.NaN,
        known.length);
  }

  /** As in "52.7 ± 1.3%", or the mean alone where all values are the same. */
  String text(DoubleFunction<String> figure) {
    if (!(deviation > 0)) {
      return figure.apply(mean);
    }
    String middle = figure.apply(mean);
    String around = figure.apply(deviation);
    String unit = around.replaceFirst("^[\\d.,]+", "");
    String number = middle.substring(0, Math.max(0, middle.length() - unit.length()));
    boolean sameUnit = middle.endsWith(unit) && number.matches("[\\d.,]+");
    return (sameUnit ? number : middle) + " ± " + around;
  }
}
