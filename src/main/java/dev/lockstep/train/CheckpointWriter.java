package dev.lockstep.train;

import dev.lockstep.error.LockstepException;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.train.Checkpoints.Standing;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Session;

/**
 * Writes a training's checkpoints when they are due, and loads the last one. A large one between
 * two stages is written, from the variables as they were, while the one is evaluated and the next
 * begins.
 */
final class CheckpointWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);

  /**
   * A checkpoint that is being written.
   *
   * @param standing to be given
   */
  private record Pending(
      CompletableFuture<Optional<Standing>> standing,
      CompletableFuture<Optional<Path>> path,
      long step) {
    Optional<Written> await() {
      return path.join().map(whole -> new Written(whole, step));
    }
  }

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
    begun(state.step());
    Path path =
        checkpoints
            .save(
                state.step(),
                prefix -> file.save(session, prefix),
                () -> Optional.of(new Standing(state, best)),
                modelDigest,
                seed)
            .orElseThrow();
    return new Written(path, state.step());
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

  /**
   * Begins to write the variables as they are now, beside what reads or changes them; to be called
   * when nothing is being written. They are no checkpoint before {@link #complete}.
   */
  void beginBeside(long step) {
    begun(step);
    CheckpointFile.Held held = file.hold(session);
    CompletableFuture<Optional<Standing>> standing = new CompletableFuture<>();
    CompletableFuture<Optional<Path>> path =
        CompletableFuture.supplyAsync(
            () -> save(step, held, standing::join),
            task -> {
              Thread thread = new Thread(task, "checkpoint");
              thread.setDaemon(true);
              thread.start();
            });
    pending = Optional.of(new Pending(standing, path, step));
  }

  private Optional<Path> save(
      long step, CheckpointFile.Held held, Supplier<Optional<Standing>> standing) {
    try (held) {
      return checkpoints.save(
          step,
          prefix -> {
            file.save(session, prefix, held);
            // At once: as long as they are held, each change of a variable copies it.
            held.close();
          },
          standing,
          modelDigest,
          seed);
    }
  }

  /** Whether variables are being written for which {@link #complete} is still to be called. */
  boolean isBegun() {
    return pending.isPresent() && !pending.get().standing().isDone();
  }

  /** Makes a checkpoint of the variables that are being written. */
  void complete(TrainingState state, boolean best) {
    pending.orElseThrow().standing().complete(Optional.of(new Standing(state, best)));
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
      return last.flatMap(Pending::await);
    } catch (CompletionException e) {
      if (e.getCause() instanceof LockstepException known) {
        throw known;
      }
      throw e;
    }
  }

  /**
   * Waits for what is being written, where the training has ended for another reason. Variables
   * that were to be completed are thrown away.
   */
  @Override
  public void close() {
    pending.ifPresent(last -> last.standing().complete(Optional.empty()));
    try {
      awaited();
    } catch (LockstepException e) {
      log.warn("{}", e.getMessage());
    }
  }

  private void begun(long step) {
    lastStep = step;
    lastNanos = System.nanoTime();
  }
}
