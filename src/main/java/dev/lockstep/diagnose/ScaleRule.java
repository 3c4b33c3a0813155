package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;
import static dev.lockstep.diagnose.Phrases.rate;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.List;
import java.util.Optional;

/** The logit scale runs to a bound, or is thrown about. */
final class ScaleRule implements Rule {
  private static final int STEPS = 10;
  private static final double UPPER = 99.5;
  private static final double LOWER = 1.01;

  /** In ln of the scale, a step; 1e-3 is usual, for that is the learning rate. */
  private static final double FAST = 0.05;

  /** How much higher the scale's rate is than the towers' when it is the scale that is at fault. */
  private static final double OUT_OF_PROPORTION = 5;

  @Override
  public Optional<Finding> judge(Evidence evidence) {
    List<StepView> steps = evidence.steps();
    if (steps.size() < STEPS || evidence.lossShare() < 0.1) {
      return Optional.empty();
    }
    double shared = evidence.highestRate().getOrDefault("shared", 0.0);
    double towers =
        Math.max(
            evidence.highestRate().getOrDefault("image", 0.0),
            evidence.highestRate().getOrDefault("text", 0.0));
    double speed = speed(steps);
    boolean thrown = speed > FAST && shared > OUT_OF_PROPORTION * towers;
    double start = evidence.first().logitScale();
    boolean ran =
        steps.subList(steps.size() - STEPS, steps.size()).stream().allMatch(ScaleRule::atBound)
            && start < 0.9 * UPPER
            && start > 1.1 * LOWER;
    if (!thrown && !ran) {
      return Optional.empty();
    }
    double now = evidence.last().logitScale();
    String seen =
        thrown
            ? "logit_scale changes by a factor of %s at each step (from %s to %s within %d steps)"
                .formatted(
                    number(Math.exp(speed)),
                    number(steps.stream().mapToDouble(StepView::logitScale).min().orElse(now)),
                    number(steps.stream().mapToDouble(StepView::logitScale).max().orElse(now)),
                    steps.size())
            : "logit_scale has run from %s to its bound %s and stays there"
                .formatted(number(start), number(now));
    return Optional.of(
        new Finding(
            "logit-scale",
            Severity.ERROR,
            seen
                + ", so the loss (%s) says more of the scale than of the towers"
                    .formatted(number(evidence.mean(StepView::loss))),
            now,
            thrown
                ? "set %s = %s, the towers' (it is %s)"
                    .formatted(
                        evidence.key("optimizer.learning-rate.shared"), rate(towers), rate(shared))
                : "lower %s (%s)"
                    .formatted(evidence.key("optimizer.learning-rate"), rate(towers))));
  }

  private static boolean atBound(StepView step) {
    return step.logitScale() >= UPPER || step.logitScale() <= LOWER;
  }

  private static double speed(List<StepView> steps) {
    double changed = 0;
    for (int i = 1; i < steps.size(); i++) {
      changed += Math.abs(Math.log(steps.get(i).logitScale() / steps.get(i - 1).logitScale()));
    }
    return changed / (steps.size() - 1);
  }
}
