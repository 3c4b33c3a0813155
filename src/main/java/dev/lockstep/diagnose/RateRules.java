package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;
import static dev.lockstep.diagnose.Phrases.rate;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The learning rate is not one to learn with. */
final class RateRules {
  /** A step that moves a tower by this share of its parameters overwrites what is in it. */
  private static final double LARGE_STEP = 0.02;

  /** Steps of this size take thousands to get anywhere. */
  private static final double SMALL_STEP = 2e-4;

  /** What a step of a tower that learns well moves it by. */
  private static final double GOOD_STEP = 3e-3;

  /** The same at the first step, which Adam takes at full length. */
  private static final double FIRST_STEP = 1e-2;

  private static final double STILL_NOTHING = 0.9;
  private static final int STEPS = 40;

  private RateRules() {}

  static Optional<Finding> notANumber(Evidence evidence) {
    StepView last = evidence.last();
    if (Double.isFinite(last.loss())
        && last.gradientNorms().values().stream().allMatch(Double::isFinite)) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            "not-a-number",
            Severity.ERROR,
            "the loss is %s and the norms of the gradients are %s: the weights are lost"
                .formatted(last.loss(), last.gradientNorms()),
            Double.NaN,
            "lower %s (%s), lengthen %s, or set precision = float32"
                .formatted(
                    evidence.key("optimizer.learning-rate"),
                    rates(evidence),
                    evidence.key("optimizer.warmup"))));
  }

  /** The loss climbs far over that of a model that knows nothing. */
  static Optional<Finding> diverging(Evidence evidence) {
    double loss = evidence.mean(StepView::loss);
    double limit = 2 * Math.max(evidence.mean(StepView::chance), evidence.first().loss());
    if (evidence.steps().size() < 10 || !(loss > limit)) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            "diverging",
            Severity.ERROR,
            "the loss is %s, and a model that knows nothing has %s: it climbs, and will soon be no"
                    .formatted(number(loss), number(evidence.mean(StepView::chance)))
                + " number",
            loss,
            "lower %s (%s), lengthen %s, or set %s = 1"
                .formatted(
                    evidence.key("optimizer.learning-rate"),
                    rates(evidence),
                    evidence.key("optimizer.warmup"),
                    evidence.key("optimizer.clip"))));
  }

  static Optional<Finding> tooHigh(Evidence evidence) {
    Optional<Map.Entry<String, Double>> largest =
        evidence.highestRatio().entrySet().stream().max(Map.Entry.comparingByValue());
    if (largest.isEmpty()
        || largest.get().getValue() < LARGE_STEP
        || !CollapseRules.isCollapsed(evidence)) {
      return Optional.empty();
    }
    double ratio = largest.get().getValue();
    String tower = largest.get().getKey();
    double peak = evidence.highestRate().getOrDefault(tower, 0.0);
    return Optional.of(
        new Finding(
            "rate-too-high",
            Severity.ERROR,
            ("at a learning rate of %s one step moved the %s tower by %s times the norm of its"
                    + " parameters; since then %s")
                .formatted(rate(peak), tower, number(ratio), CollapseRules.describe(evidence)),
            ratio,
            "set %s = %s and %s = %d"
                .formatted(
                    evidence.key("optimizer.learning-rate"),
                    rate(peak * Math.min(0.3, FIRST_STEP / ratio)),
                    evidence.key("optimizer.warmup"),
                    warmup(evidence))));
  }

  static Optional<Finding> tooLow(Evidence evidence) {
    List<Double> ratios = new ArrayList<>(evidence.highestRatio().values());
    if (ratios.isEmpty()
        || evidence.last().stageStep() < STEPS
        || !evidence.isWarm()
        || !(evidence.lossShare() > STILL_NOTHING)) {
      return Optional.empty();
    }
    double ratio = Collections.max(ratios);
    if (ratio >= SMALL_STEP) {
      return Optional.empty();
    }
    double peak =
        Math.max(
            evidence.highestRate().getOrDefault("image", 0.0),
            evidence.highestRate().getOrDefault("text", 0.0));
    return Optional.of(
        new Finding(
            "rate-too-low",
            Severity.WARNING,
            ("after %d steps the loss is %s (a model that knows nothing has %s), and at learning"
                    + " rates up to %s no step moves a tower by more than %s of the norm of its"
                    + " parameters")
                .formatted(
                    evidence.last().stageStep(),
                    number(evidence.mean(StepView::loss)),
                    number(evidence.mean(StepView::chance)),
                    rate(peak),
                    number(ratio)),
            ratio,
            "set %s = %s"
                .formatted(
                    evidence.key("optimizer.learning-rate"),
                    ratio > 0 ? rate(peak * Math.min(100, GOOD_STEP / ratio)) : "1e-3")));
  }

  static Optional<Finding> deadGradients(Evidence evidence) {
    for (Map.Entry<String, Double> highest : evidence.highestGradient().entrySet()) {
      String tower = highest.getKey();
      boolean dead =
          evidence.steps().stream()
              .allMatch(s -> s.gradientNorms().getOrDefault(tower, 1.0) < 1e-9);
      if (!tower.equals("shared") && evidence.steps().size() >= 10 && dead) {
        return Optional.of(
            new Finding(
                "dead-gradients",
                Severity.ERROR,
                "the gradient of the %s tower has had the norm %s for %d steps: it does not learn"
                    .formatted(
                        tower,
                        number(evidence.last().gradientNorms().get(tower)),
                        evidence.steps().size()),
                evidence.last().gradientNorms().get(tower),
                "lower %s, or take another %s"
                    .formatted(
                        evidence.key("optimizer.learning-rate"),
                        "model." + tower + ".activation")));
      }
    }
    return Optional.empty();
  }

  private static int warmup(Evidence evidence) {
    return (int) Math.max(30, Math.min(1000, evidence.stage().steps() / 10));
  }

  private static String rates(Evidence evidence) {
    return evidence.highestRate().entrySet().stream()
        .map(entry -> entry.getKey() + " " + rate(entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
