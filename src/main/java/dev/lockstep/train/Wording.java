package dev.lockstep.train;

import dev.lockstep.evaluate.RetrievalScores.Direction;
import java.lang.Character.UnicodeScript;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Figures and events of a training as a user reads them. */
final class Wording {
  private Wording() {}

  static String stage(StageView stage) {
    String learns =
        Stream.of("image", "text", "shared")
            .filter(tower -> stage.trainedParameters().getOrDefault(tower, 0L) > 0)
            .map(tower -> tower + " " + count(stage.trainedParameters().get(tower)))
            .collect(Collectors.joining(", "));
    String line =
        "stage %s (%d of %d): %s, trains %s; %ssteps of %,d"
            .formatted(
                stage.name(),
                stage.index() + 1,
                stage.stages(),
                stage.strategy(),
                learns.isEmpty() ? "nothing" : learns + " parameters",
                stage.steps() == 0 ? "" : "%,d ".formatted(stage.steps()),
                stage.batchSize());
    return stage.firstStep() == 0
        ? line
        : line + "; goes on at step %,d".formatted(stage.firstStep() + 1);
  }

  static String stageEnd(StageEndView end) {
    return "stage %s ended after %,d steps and %s: %s"
        .formatted(
            end.stage(),
            end.stageStep(),
            duration(Duration.ofMillis(Math.round(1000 * end.stageSeconds()))),
            end.reason().words());
  }

  static String stageMove(StageMove move) {
    return String.format(
        Locale.ROOT,
        "stage %s began: from the last step of %s to the end of its first step %.1f s, of which the"
            + " step took %.1f s",
        move.to(),
        move.from(),
        move.seconds(),
        move.firstStepSeconds());
  }

  static String evaluation(EvaluationView evaluation) {
    return "step %,d: text to image %s | image to text %s%s"
        .formatted(
            evaluation.step(),
            recall(evaluation.scores().textToImage()),
            recall(evaluation.scores().imageToText()),
            evaluation.best() ? " (best)" : "");
  }

  private static String recall(Direction direction) {
    return direction.recallAt().entrySet().stream()
        .map(at -> "R@" + at.getKey() + " " + percent(at.getValue()))
        .collect(Collectors.joining(" "));
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  /** Two places, and more for a small loss. */
  static String loss(double loss) {
    if (loss == 0 || Math.abs(loss) >= 0.1 || Double.isNaN(loss)) {
      return String.format(Locale.ROOT, "%.2f", loss);
    }
    return String.format(Locale.ROOT, Math.abs(loss) >= 0.001 ? "%.4f" : "%.1e", loss);
  }

  /** {@code 42s}, {@code 1m12s}, {@code 3h05m}, {@code 2d04h}. */
  static String duration(Duration duration) {
    if (duration.toMinutes() == 0) {
      return duration.toSeconds() + "s";
    }
    if (duration.toHours() == 0) {
      return "%dm%02ds".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
    return duration.toDays() == 0
        ? "%dh%02dm".formatted(duration.toHours(), duration.toMinutesPart())
        : "%dd%02dh".formatted(duration.toDays(), duration.toHoursPart());
  }

  /** {@code 1}, {@code 12.3 k}, {@code 2.1 M}. */
  static String count(long count) {
    if (count < 1_000) {
      return String.valueOf(count);
    }
    return count < 1_000_000
        ? String.format(Locale.ROOT, "%.1f k", count / 1e3)
        : String.format(Locale.ROOT, "%.1f M", count / 1e6);
  }

  /** The columns that a text takes on a terminal, where a Chinese character takes two. */
  static int columns(String text) {
    return text.codePoints()
        .map(
            c ->
                switch (UnicodeScript.of(c)) {
                  case HAN, HIRAGANA, KATAKANA, HANGUL -> 2;
                  default -> 1;
                })
        .sum();
  }
}
