package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.List;
import java.util.Optional;

/** All similarities are equal, or the model tells nothing apart without being collapsed. */
final class CollapseRules {
  private static final int POINTS = 3;

  /** In cosines; a model that learns has ten times as much within a few steps. */
  private static final double NO_GAP = 0.01;

  private static final double ALL_ALIKE = 0.97;
  private static final double AT_CHANCE = 0.97;
  private static final int FLAT_STEPS = 300;

  private CollapseRules() {}

  static Optional<Finding> collapse(Evidence evidence) {
    return isCollapsed(evidence)
        ? Optional.of(
            new Finding(
                "collapse",
                Severity.ERROR,
                describe(evidence),
                evidence.lastSignal("similarity/deviation"),
                "lower %s, lengthen %s, raise %s; see first that captions belong to their images"
                    .formatted(
                        evidence.key("optimizer.learning-rate"),
                        evidence.key("optimizer.warmup"),
                        evidence.key("batch-size"))))
        : Optional.empty();
  }

  /** Nothing else is wrong and still nothing is learned. */
  static Optional<Finding> flat(Evidence evidence) {
    if (evidence.last().stageStep() < FLAT_STEPS
        || !evidence.isWarm()
        || !(evidence.lossShare() > AT_CHANCE)) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            "flat-loss",
            Severity.WARNING,
            "after %d steps the loss is %s, that of a model that knows nothing (%s %s)"
                .formatted(
                    evidence.last().stageStep(),
                    number(evidence.mean(StepView::loss)),
                    evidence.stage().chanceName(),
                    number(evidence.mean(StepView::chance))),
            evidence.lossShare(),
            "run 'lockstep doctor' on this experiment: it tries other rates, and one batch alone"));
  }

  /** Whether both towers have made the same of all examples for a while. */
  static boolean isCollapsed(Evidence evidence) {
    List<StepView> points = evidence.points();
    return evidence.isContrastive()
        && points.size() >= POINTS
        && evidence.lossShare() > AT_CHANCE
        && points.subList(points.size() - POINTS, points.size()).stream()
            .allMatch(CollapseRules::isAlike);
  }

  /** Whether a step's batch was all alike. */
  static boolean isAlike(StepView step) {
    double gap =
        step.signals().getOrDefault("similarity/positive", Double.NaN)
            - step.signals().getOrDefault("similarity/negative", Double.NaN);
    return Math.abs(gap) < NO_GAP
        && step.signals().getOrDefault("mean-cosine/image", 0.0) > ALL_ALIKE
        && step.signals().getOrDefault("mean-cosine/text", 0.0) > ALL_ALIKE;
  }

  /** What is seen of a collapse. */
  static String describe(Evidence evidence) {
    return ("all similarities are equal (they deviate by %s, different images have a mean cosine"
            + " of %s, different captions %s) and the loss is %s, that of a model that knows"
            + " nothing (%s %s)")
        .formatted(
            number(evidence.lastSignal("similarity/deviation")),
            number(evidence.lastSignal("mean-cosine/image")),
            number(evidence.lastSignal("mean-cosine/text")),
            number(evidence.mean(StepView::loss)),
            evidence.stage().chanceName(),
            number(evidence.mean(StepView::chance)));
  }
}
