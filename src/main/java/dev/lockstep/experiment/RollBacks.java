package dev.lockstep.experiment;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.train.Checkpoints;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.WatchSpec;
import dev.lockstep.train.WatchSpec.OnCollapse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How often a run has gone back because it had collapsed. The count is kept in the run's folder, so
 * that a run that goes on keeps its rates.
 */
final class RollBacks {
  private final Path file;
  private final WatchSpec spec;

  RollBacks(Path file, WatchSpec spec) {
    this.file = file;
    this.spec = spec;
  }

  /** The factor on all learning rates. */
  double rateFactor() {
    return Math.pow(spec.rollBackRate(), count());
  }

  private int count() {
    try {
      return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    } catch (IOException | NumberFormatException e) {
      throw new RunFailedException(
          file + " cannot be read: " + e.getMessage(), "start over with --fresh", e);
    }
  }

  /**
   * Goes back to the last checkpoint before a collapse, or to the beginning where there is none.
   *
   * @param collapse what was found, at {@code step}
   * @param lastGoodStep when the model still told examples apart
   * @return what was done
   * @throws RunFailedException if the run is not to go back, or not once more
   */
  Finding goBack(Checkpoints checkpoints, Finding collapse, long step, long lastGoodStep) {
    int count = count();
    if (spec.onCollapse() != OnCollapse.ROLL_BACK) {
      throw new RunFailedException(
          "step %d: %s: %s".formatted(step, collapse.id(), collapse.message()),
          collapse.advice() + "; or doctor.on-collapse = roll-back");
    }
    if (count >= spec.rollBacks()) {
      throw new RunFailedException(
          "step %d: %s, after %d roll-backs: %s"
              .formatted(step, collapse.id(), count, collapse.message()),
          collapse.advice() + "; start over with --fresh");
    }
    Optional<Path> left = checkpoints.removeAfter(lastGoodStep);
    RunFolder.write(file, (count + 1) + "\n");
    String place = left.map(path -> "to " + path.getFileName()).orElse("to the beginning");
    return new Finding(
        "rolled-back",
        Severity.WARNING,
        "at step %d the training had collapsed (%s); it went back %s, with learning rates times %.2g (%d of %d times)"
            .formatted(step, collapse.id(), place, rateFactor(), count + 1, spec.rollBacks()),
        rateFactor(),
        collapse.advice());
  }
}
