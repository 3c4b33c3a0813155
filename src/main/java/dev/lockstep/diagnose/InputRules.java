package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;
import static dev.lockstep.diagnose.Phrases.percent;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.Optional;

/** What comes in is not what a model could learn from. */
final class InputRules {
  /** Batches to look at before anything is said of all of them. */
  private static final int BATCHES = 2;

  /** Of 128; a scan of white paper has more. */
  private static final double NO_DEVIATION = 1;

  static final double MANY_UNKNOWN = 0.2;
  private static final double FEW_DISTINCT = 0.5;
  static final double HIGH_FLOOR = 0.25;

  /** Above this it is the images that repeat. */
  private static final double SOME_REPEATED = 0.8;

  private static final double MUCH_WAITING = 0.3;

  private InputRules() {}

  static Optional<Finding> oneImage(Evidence evidence) {
    int batch = evidence.stage().batchSize();
    double distinct = evidence.signal("input/distinct-images") * batch;
    double deviation = evidence.signal("input/image-deviation");
    // A batch of stored features has no pixels to deviate.
    if (evidence.points().size() < BATCHES || !(distinct < 1.5 || deviation < NO_DEVIATION)) {
      return Optional.empty();
    }
    String seen =
        distinct < 1.5
            ? "all %d images of a batch come from one file".formatted(batch)
            : "all %d images of a batch look the same (a pixel deviates by %s of 255)"
                .formatted(batch, number(deviation));
    return Optional.of(
        new Finding(
            "one-image",
            Severity.ERROR,
            seen + ", so no image can be told from another and the loss stays at its floor",
            distinct < 1.5 ? distinct : deviation,
            "see the column image_path of data.train, and data.background where the images are"
                + " transparent"));
  }

  static Optional<Finding> repeatedImages(Evidence evidence) {
    double distinct = evidence.signal("input/distinct-images");
    double wanted = 1.0 / evidence.stage().captionsPerImage();
    if (evidence.points().size() < BATCHES || !(distinct < FEW_DISTINCT * wanted)) {
      return Optional.empty();
    }
    int batch = evidence.stage().batchSize();
    return Optional.of(
        new Finding(
            "repeated-images",
            Severity.WARNING,
            "a batch of %d holds %.0f different images, so most of its pairs say nothing new"
                .formatted(batch, distinct * batch),
            distinct,
            "give more images in data.train, or raise input.shuffle-buffer where equal ones stand"
                + " together"));
  }

  static Optional<Finding> unknownTokens(Evidence evidence) {
    double share = evidence.signal("input/unknown-tokens");
    return evidence.points().size() < BATCHES || !(share > MANY_UNKNOWN)
        ? Optional.empty()
        : Optional.of(unknownTokens(share));
  }

  /** That the vocabulary is of another language. */
  static Finding unknownTokens(double share) {
    return new Finding(
        "unknown-tokens",
        share > 0.5 ? Severity.ERROR : Severity.WARNING,
        percent(share)
            + " of the captions' tokens are [UNK], so the text tower cannot tell captions apart:"
            + " the vocabulary is of another language",
        share,
        "set tokenizer.vocabulary to one of the captions' language, or leave it out to have one"
            + " built of them");
  }

  static Optional<Finding> repeatedCaptions(Evidence evidence) {
    double distinct = evidence.signal("input/distinct-captions");
    double floor = evidence.mean(StepView::floor) / evidence.mean(StepView::chance);
    if (evidence.points().size() < BATCHES
        || !(distinct < FEW_DISTINCT) && !(floor > HIGH_FLOOR && distinct < SOME_REPEATED)) {
      return Optional.empty();
    }
    int batch = evidence.stage().batchSize();
    return Optional.of(repeatedCaptions(batch, distinct * batch, evidence.mean(StepView::floor)));
  }

  /** That most captions of a batch are not the only one of their kind. */
  static Finding repeatedCaptions(int batch, double distinct, double floor) {
    return new Finding(
        "repeated-captions",
        Severity.WARNING,
        ("a batch of %d holds about %.0f different captions: no model can bring the loss under %s"
                + " (ln %d is %s), and images with one caption are not told apart")
            .formatted(batch, distinct, number(floor), batch, number(Math.log(batch))),
        distinct / batch,
        "give each image a caption of its own in data.train; where equal captions stand together,"
            + " raise input.shuffle-buffer");
  }

  static Optional<Finding> waiting(Evidence evidence) {
    double share = evidence.mean(StepView::waitSeconds) / evidence.mean(StepView::stepSeconds);
    if (evidence.steps().size() < Evidence.STEPS || !(share > MUCH_WAITING)) {
      return Optional.empty();
    }
    InputWait parts = InputWait.of(evidence.points());
    String seconds =
        " (%s of %s s a step)%s"
            .formatted(
                number(evidence.mean(StepView::waitSeconds)),
                number(evidence.mean(StepView::stepSeconds)),
                parts.describe());
    return Optional.of(
        waiting(share, seconds, parts, evidence.curriculum().input(evidence.stage().index())));
  }

  /**
   * That a training waits, and for what.
   *
   * @param share of its time
   * @param what it waits for, for a reader
   */
  static Finding waiting(double share, String what, InputWait parts, Optional<InputPlan> plan) {
    return new Finding(
        "waiting-for-input",
        Severity.WARNING,
        percent(share) + " of the time is spent waiting for input" + what,
        share,
        plan.map(known -> known.advice(parts.longest()))
            .orElse("'lockstep doctor' says which part of the input it is"));
  }
}
