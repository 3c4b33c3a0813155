package dev.lockstep.experiment;

import dev.lockstep.train.StepView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How fast the first steps were.
 *
 * @param stepSeconds the middle of all but the first, which also optimises the graph
 * @param waitShare the share of their time that waited for input
 */
record Speed(double stepSeconds, double waitShare) {

  static Speed of(List<StepView> steps) {
    List<StepView> usual = steps.size() > 3 ? steps.subList(2, steps.size()) : steps;
    double[] seconds = usual.stream().mapToDouble(StepView::stepSeconds).sorted().toArray();
    double all = usual.stream().mapToDouble(StepView::stepSeconds).sum();
    double waited = usual.stream().mapToDouble(StepView::waitSeconds).sum();
    return new Speed(seconds[seconds.length / 2], waited / all);
  }

  /**
   * For a reader.
   *
   * @param steps of the whole experiment; 0 where that is not known
   */
  String describe(long steps) {
    String step =
        String.format(
            Locale.ROOT,
            "a step takes %.0f ms, %.0f%% of it waiting for input",
            1e3 * stepSeconds,
            100 * waitShare);
    if (steps == 0) {
      return step;
    }
    Duration all = Duration.ofMillis(Math.round(1e3 * steps * stepSeconds));
    return step
        + "; all %,d steps take about %dh%02dm%02ds without the evaluations"
            .formatted(steps, all.toHours(), all.toMinutesPart(), all.toSecondsPart());
  }
}
