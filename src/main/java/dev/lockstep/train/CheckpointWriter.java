package dev.lockstep.train;

import dev.lockstep.tensorflow.CheckpointFile;
import java.nio.file.Path;
import java.util.Optional;
import org.tensorflow.Session;

/** Writes a training's checkpoints when they are due, and loads the last one. */
final class CheckpointWriter {
  private final Session session;
  private final Checkpoints checkpoints;
  private final CheckpointFile file;
  private final String modelDigest;
  private final long seed;
  private final CheckpointSpec spec;
  private long lastStep;
  private long lastNanos = System.nanoTime();

  CheckpointWriter(
      Session session,
      Checkpoints checkpoints,
      CheckpointFile file,
      String modelDigest,
      long seed,
      CheckpointSpec spec) {
    this.session = session;
    this.checkpoints = checkpoints;
    this.file = file;
    this.modelDigest = modelDigest;
    this.seed = seed;
    this.spec = spec;
  }

  /** As {@link Checkpoints#restoreLatest}. */
  Optional<TrainingState> restoreLatest() {
    Optional<TrainingState> restored = checkpoints.restoreLatest(session, file, modelDigest, seed);
    restored.ifPresent(state -> lastStep = state.step());
    return restored;
  }

  boolean isDue(long step) {
    return System.nanoTime() - lastNanos >= spec.every().toNanos()
        || (spec.steps() > 0 && step - lastStep >= spec.steps());
  }

  /** As {@link Checkpoints#save}. */
  Path write(TrainingState state, boolean best) {
    Path written = checkpoints.save(session, file, state, modelDigest, seed, best);
    lastStep = state.step();
    lastNanos = System.nanoTime();
    return written;
  }
}
