package dev.lockstep.train;

import dev.lockstep.error.LockstepException;
import dev.lockstep.tensorflow.CheckpointFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Result;
import org.tensorflow.Session;

/**
 * Writes a training's checkpoints when they are due, and loads the last one. A large one between
 * two stages is written while the next stage begins, from the variables as they were.
 */
final class CheckpointWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);

  /** A checkpoint that is being written. */
  private record Pending(CompletableFuture<Path> path, long step) {}

  /** A checkpoint with its final name. */
  record Written(Path path, long step) {}

  private final Session session;
  private final Checkpoints checkpoints;
  private final CheckpointFile file;
  private final String modelDigest;
  private final long seed;
  private final CheckpointSpec spec;
  private final FreeMemory memory;
  private Optional<Pending> pending = Optional.empty();
  private long lastStep;
  private long lastNanos = System.nanoTime();

  CheckpointWriter(
      Session session,
      Checkpoints checkpoints,
      CheckpointFile file,
      String modelDigest,
      long seed,
      CheckpointSpec spec,
      FreeMemory memory) {
    this.session = session;
    this.checkpoints = checkpoints;
    this.file = file;
    this.modelDigest = modelDigest;
    this.seed = seed;
    this.spec = spec;
    this.memory = memory;
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

  /** As {@link Checkpoints#save}; to be called when nothing is being written. */
  Written write(TrainingState state, boolean best) {
    begun(state);
    return new Written(
        checkpoints.save(prefix -> file.save(session, prefix), state, modelDigest, seed, best),
        state.step());
  }

  /**
   * Whether a checkpoint is better written beside the training: it is large, and there is room for
   * what the training changes meanwhile.
   */
  boolean canWriteBeside() {
    return memory.allows(file.bytes());
  }

  /** Makes TensorFlow ready to write a checkpoint between two stages. */
  void makeReady() {
    if (canWriteBeside()) {
      file.makeReadyToHold(session);
    } else {
      file.makeReady(session);
    }
  }

  /** The same, beside the training; to be called when nothing is being written. */
  void writeBeside(TrainingState state, boolean best) {
    begun(state);
    Result held = file.hold(session);
    pending =
        Optional.of(
            new Pending(
                CompletableFuture.supplyAsync(
                    () -> {
                      try (held) {
                        return checkpoints.save(
                            prefix -> file.save(session, prefix, held),
                            state,
                            modelDigest,
                            seed,
                            best);
                      }
                    },
                    task -> {
                      Thread thread = new Thread(task, "checkpoint");
                      thread.setDaemon(true);
                      thread.start();
                    }),
                state.step()));
  }

  /** What was written beside the training and is whole since the last call. */
  Optional<Written> finished() {
    return pending.isPresent() && pending.get().path().isDone() ? awaited() : Optional.empty();
  }

  /**
   * Waits for what is being written.
   *
   * @throws LockstepException if it could not be written
   */
  Optional<Written> awaited() {
    Optional<Pending> last = pending;
    pending = Optional.empty();
    try {
      return last.map(written -> new Written(written.path().join(), written.step()));
    } catch (CompletionException e) {
      if (e.getCause() instanceof LockstepException known) {
        throw known;
      }
      throw e;
    }
  }

  /** Waits for what is being written, where the training has ended for another reason. */
  @Override
  public void close() {
    try {
      awaited();
    } catch (LockstepException e) {
      log.warn("{}", e.getMessage());
    }
  }

  private void begun(TrainingState state) {
    lastStep = state.step();
    lastNanos = System.nanoTime();
  }
}
