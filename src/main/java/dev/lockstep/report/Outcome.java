package dev.lockstep.report;

import dev.lockstep.evaluate.RetrievalScores.Direction;
import dev.lockstep.report.RunMetrics.Evaluation;
import dev.lockstep.report.RunMetrics.Stage;
import dev.lockstep.report.RunMetrics.Step;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What came of a run, in one sentence and a few figures. */
final class Outcome {
  /** A loss within this share of chance is that of a model that tells no pair from another. */
  private static final double FLAT = 0.97;

  private final RunMetrics metrics;
  private final long plannedSteps;

  Outcome(RunMetrics metrics) {
    this.metrics = metrics;
    this.plannedSteps = metrics.stages().stream().mapToLong(Stage::steps).sum();
  }

  /** One sentence, as HTML. */
  String sentence() {
    Optional<Step> last = metrics.lastStep();
    if (last.isEmpty()) {
      return "No step has been recorded yet.";
    }
    String training = training(last.get());
    return metrics
        .best()
        .or(metrics::lastEvaluation)
        .map(evaluation -> found(evaluation) + "; " + training + ".")
        .orElseGet(() -> "Not evaluated yet; " + training + ".");
  }

  private String found(Evaluation evaluation) {
    String recalls =
        ends(evaluation.scores().textToImage()).stream()
            .map(k -> "<b>R@" + k + " " + recall(evaluation, k) + "</b>")
            .collect(Collectors.joining(" and "));
    return "Text to image "
        + recalls
        + ", "
        + (evaluation.best() ? "at its best " : "")
        + "after step "
        + ofPlanned(evaluation.step());
  }

  private static List<Integer> ends(Direction direction) {
    return List.of(direction.recallAt().firstKey(), direction.recallAt().lastKey()).stream()
        .distinct()
        .toList();
  }

  private static String recall(Evaluation evaluation, int k) {
    return Figures.percent(evaluation.scores().textToImage().recallAt().get(k));
  }

  private String training(Step last) {
    return "<b>"
        + Figures.duration(last.seconds())
        + "</b> of training at <b>"
        + Figures.count(last.examples() / last.seconds())
        + "</b> pairs/s";
  }

  private String ofPlanned(Step step) {
    return ofPlanned(step.step());
  }

  private String ofPlanned(long step) {
    return Figures.count(step) + (plannedSteps >= step ? " of " + Figures.count(plannedSteps) : "");
  }

  /** What the reader must know before believing the figures; as HTML, empty if all is well. */
  String warnings() {
    StringBuilder warnings = new StringBuilder();
    Optional<Step> broken =
        metrics.steps().stream().filter(step -> !Double.isFinite(step.loss())).findFirst();
    Optional<Step> unfinished = metrics.lastStep().filter(last -> last.step() < plannedSteps);
    if (broken.isPresent()) {
      String after = broken.equals(unfinished) ? ", the last one that was taken" : "";
      warn(warnings, "The loss was not a number at step " + ofPlanned(broken.get()) + after);
    } else if (unfinished.isPresent()) {
      warn(warnings, "Not finished: the last step is " + ofPlanned(unfinished.get()));
    }
    if (lossAtTheEnd() > FLAT * metrics.lastStep().map(Step::chance).orElse(Double.NaN)) {
      warn(
          warnings,
          "The loss is still at "
              + metrics.chanceName()
              + ": the model does not tell one pair from another");
    }
    if (metrics.unreadable() > 0) {
      warn(
          warnings,
          Figures.count(metrics.unreadable())
              + " line(s) of metrics.jsonl could not be read and are left out"
              + " (a killed run leaves half a line)");
    }
    return warnings.toString();
  }

  private static void warn(StringBuilder warnings, String sentence) {
    warnings.append("<p class=\"warning\">").append(sentence).append(".</p>\n");
  }

  /** Figures for the row under the sentence, as HTML. */
  String figures() {
    StringBuilder figures = new StringBuilder();
    metrics
        .best()
        .or(metrics::lastEvaluation)
        .ifPresent(
            evaluation -> {
              Direction back = evaluation.scores().imageToText();
              int k = back.recallAt().firstKey();
              figure(
                  figures,
                  "Image to text R@" + k,
                  Figures.percent(back.recallAt().get(k)),
                  "by chance " + Figures.percent((double) k / evaluation.scores().texts()));
            });
    metrics
        .lastStep()
        .ifPresent(
            last -> {
              figure(
                  figures,
                  "Loss at the end",
                  Figures.decimal(lossAtTheEnd()),
                  metrics.chanceName()
                      + " "
                      + Figures.decimal(last.chance())
                      + ", floor "
                      + Figures.decimal(floor()));
              figure(figures, "Logit scale", Figures.decimal(last.logitScale()), "at the end");
              figure(figures, "Waiting for input", Figures.percent(waiting()), "of the step time");
            });
    return figures.toString();
  }

  private static void figure(StringBuilder figures, String name, String value, String note) {
    figures.append(
        "<div><dt>%s</dt><dd>%s <small>%s</small></dd></div>\n".formatted(name, value, note));
  }

  /** Single batches scatter; the mean of the last ones of the last stage is what was reached. */
  private double lossAtTheEnd() {
    return lately().stream().mapToDouble(Step::loss).average().orElse(Double.NaN);
  }

  private double floor() {
    return lately().stream().mapToDouble(Step::floor).average().orElse(Double.NaN);
  }

  private List<Step> lately() {
    List<Step> steps = metrics.steps();
    return steps.subList(Math.max(0, steps.size() - Math.max(1, steps.size() / 50)), steps.size());
  }

  private double waiting() {
    double waited = metrics.steps().stream().mapToDouble(Step::waitSeconds).sum();
    return waited / metrics.steps().stream().mapToDouble(Step::stepSeconds).sum();
  }
}
