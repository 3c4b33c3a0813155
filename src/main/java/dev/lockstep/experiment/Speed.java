package dev.lockstep.experiment;

import dev.lockstep.train.StepView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * How fast the first steps were.
 *
 * @param stepSeconds the middle of the steps without signals; the first ones, which also optimise
 *     the graph, are left out
 * @param waitShare the share of the time that waited for input
 * @param signalSeconds what a step takes longer that measures the signals; 0 where too few did
 */
record Speed(double stepSeconds, double waitShare, double signalSeconds) {
  private static final int FIRST_STEPS = 4;
  private static final int FEW = 3;

  static Speed of(List<StepView> steps) {
    List<StepView> usual =
        steps.size() > FIRST_STEPS ? steps.subList(FIRST_STEPS, steps.size()) : steps;
    double all = usual.stream().mapToDouble(StepView::stepSeconds).sum();
    double waited = usual.stream().mapToDouble(StepView::waitSeconds).sum();
    double[] plain = seconds(usual, step -> step.signals().isEmpty());
    double[] watched = seconds(usual, step -> !step.signals().isEmpty());
    double step = plain.length > 0 ? middle(plain) : middle(watched);
    return new Speed(
        step,
        waited / all,
        watched.length >= FEW && plain.length >= FEW ? Math.max(0, middle(watched) - step) : 0);
  }

  private static double[] seconds(List<StepView> steps, Predicate<StepView> which) {
    return steps.stream().filter(which).mapToDouble(StepView::stepSeconds).sorted().toArray();
  }

  private static double middle(double[] sorted) {
    return sorted[sorted.length / 2];
  }

  /**
   * For a reader.
   *
   * @param steps of the whole experiment; 0 where that is not known
   * @param seconds that they all take
   * @param every how often a step measures the signals
   */
  String describe(long steps, double seconds, int every) {
    String step =
        String.format(
            Locale.ROOT,
            "a step takes %.0f ms, %.0f%% of it waiting for input; watching adds %.1f%%",
            1e3 * stepSeconds,
            100 * waitShare,
            100 * signalSeconds / every / stepSeconds);
    if (steps == 0) {
      return step;
    }
    Duration all = Duration.ofMillis(Math.round(1e3 * seconds));
    return step
        + "; all %,d steps take about %dh%02dm%02ds without the evaluations"
            .formatted(steps, all.toHours(), all.toMinutesPart(), all.toSecondsPart());
  }
}
