package dev.lockstep.serve.model;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.LockstepException;
import dev.lockstep.export.ModelVersions;
import dev.lockstep.export.ModelVersions.Version;
import dev.lockstep.serve.model.RefusedException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.tensorflow.proto.ConfigProto;

/**
 * A folder of versions, of which the highest one is served. A new one is loaded beside the old one
 * and takes its place when it is ready; what the old one was asked it still answers.
 */
public final class ModelFolder implements AutoCloseable {
  private static final long LOOK_EVERY_MILLIS = 1000;

  /** The number of a model that has no versions. */
  private static final long ONLY = 1;

  private final Path path;
  private final Limits limits;
  private final ConfigProto config;
  private final BatchListener listener;
  private final Consumer<ModelVersion> beforeUse;
  private final Consumer<String> tell;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "model-folder");
            thread.setDaemon(true);
            return thread;
          });
  private volatile ModelVersion current;
  private volatile Optional<Failure> failure = Optional.empty();

  /** A version that could not be loaded, and why. */
  public record Failure(long version, String message) {}

  /**
   * Loads the highest version.
   *
   * @param path a model, or a folder of versions
   * @param beforeUse what is to be done with a version before it is asked anything
   * @param tell where a line goes about each version that is loaded or cannot be
   * @throws InvalidInputException if there is none, or it cannot be loaded
   */
  public ModelFolder(
      Path path,
      Limits limits,
      ConfigProto config,
      BatchListener listener,
      Consumer<ModelVersion> beforeUse,
      Consumer<String> tell) {
    this.path = path;
    this.beforeUse = beforeUse;
    this.limits = limits;
    this.config = config;
    this.listener = listener;
    this.tell = tell;
    Version version =
        newest()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        path.toString(),
                        Files.isDirectory(path)
                            ? "there is no model in this folder"
                            : "there is no such folder",
                        "give a run, or a folder that 'lockstep export RUN --out DIR' has"
                            + " written"));
    this.current = load(version);
  }

  /** Begins to look for new versions. */
  public void watch() {
    watch.scheduleWithFixedDelay(
        this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  public ModelVersion current() {
    return current;
  }

  /** The version that could not be loaded and is tried again, if there is one. */
  public Optional<Failure> failure() {
    return failure;
  }

  /**
   * The current version, or the one of that number.
   *
   * @throws RefusedException if it is not loaded
   */
  public ModelVersion version(Optional<Long> number) {
    ModelVersion version = current;
    if (number.isPresent() && version.number() != number.get()) {
      throw new RefusedException(Reason.NOT_FOUND, "version " + number.get() + " is not loaded");
    }
    return version;
  }

  /** Asks the current version; the next one, where it is replaced at this moment. */
  public <T> T ask(Function<ModelVersion, T> question) {
    while (true) {
      ModelVersion version = current;
      try {
        return question.apply(version);
      } catch (RefusedException e) {
        if (e.reason() != Reason.UNLOADED || version == current) {
          throw e;
        }
      }
    }
  }

  /** Requests that wait. */
  public int waiting() {
    return current.waiting();
  }

  private void look() {
    try {
      Optional<Version> newest = newest();
      if (newest.isPresent() && newest.get().number() != current.number()) {
        ModelVersion old = current;
        ModelVersion loaded = load(newest.get());
        current = loaded;
        failure = Optional.empty();
        old.retire();
        tell.accept("version " + loaded.number() + " takes the place of " + old.number());
      }
    } catch (LockstepException e) {
      noteFailure(e.getMessage());
    } catch (RuntimeException e) {
      noteFailure(e.toString());
    }
  }

  private void noteFailure(String message) {
    long version = newest().map(Version::number).orElse(0L);
    Failure found = new Failure(version, message);
    if (!failure.equals(Optional.of(found))) {
      tell.accept(
          "version %d cannot be loaded, so %d goes on: %s"
              .formatted(version, current.number(), message));
      failure = Optional.of(found);
    }
  }

  private Optional<Version> newest() {
    List<Version> versions = ModelVersions.list(path);
    if (!versions.isEmpty()) {
      return Optional.of(versions.get(versions.size() - 1));
    }
    return Files.isRegularFile(path.resolve("saved_model.pb"))
        ? Optional.of(new Version(ONLY, path))
        : Optional.empty();
  }

  private ModelVersion load(Version version) {
    ModelVersion loaded = new ModelVersion(ServedModel.load(version, config), limits, listener);
    try {
      beforeUse.accept(loaded);
      return loaded;
    } catch (RuntimeException e) {
      loaded.retire();
      throw e;
    }
  }

  /** Answers those who wait, and unloads. */
  @Override
  public void close() {
    watch.shutdownNow();
    current.retire();
    try {
      current.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
