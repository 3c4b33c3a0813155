package dev.lockstep.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Session;

/**
 * The folder {@code checkpoints} of a run. Each checkpoint is a folder {@code step-000700} with the
 * variables in TensorFlow's format and {@code state.json}; it is written under another name, forced
 * to the disk and then renamed, so that what has its name is whole. The file {@code best} names the
 * one with the best score.
 */
public final class Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final Pattern NAME = Pattern.compile("step-(\\d+)");
  private static final String VARIABLES = "variables";
  private static final String STATE = "state.json";
  private static final String BEST = "best";
  private static final String UNFINISHED = ".unfinished";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

  /**
   * The contents of {@code state.json}.
   *
   * @param modelDigest of the variables' names and shapes
   * @param seed of the experiment
   */
  private record StateFile(TrainingState state, String modelDigest, long seed) {}

  /**
   * What makes a checkpoint of variables.
   *
   * @param best whether its score is the best so far
   */
  record Standing(TrainingState state, boolean best) {}

  private final Path folder;
  private final int keep;

  /**
   * @param keep how many of the last to keep, besides the best
   */
  public Checkpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /** A digest of the names and shapes of a model's variables. */
  public static String modelDigest(Collection<Variable> variables) {
    Hasher hasher = Hashing.sha256().newHasher();
    variables.forEach(v -> hasher.putString(v.name() + v.shape() + "\n", StandardCharsets.UTF_8));
    return hasher.hash().toString().substring(0, 16);
  }

  /**
   * Writes a checkpoint and removes those that need not be kept.
   *
   * @param variables writes the variables to a prefix
   * @param standing asked when they are written; where it gives nothing, they are thrown away
   * @return the checkpoint, if it is one
   * @throws RunFailedException if it cannot be written; older ones are kept
   */
  Optional<Path> save(
      long step,
      Consumer<Path> variables,
      Supplier<Optional<Standing>> standing,
      String modelDigest,
      long seed) {
    Path target = folder.resolve("step-%06d".formatted(step));
    Path unfinished = folder.resolve(target.getFileName() + UNFINISHED);
    try {
      Files.createDirectories(folder);
      delete(unfinished);
      Files.createDirectories(unfinished);
      variables.accept(unfinished.resolve(VARIABLES));
      Optional<Standing> known = standing.get();
      if (known.isEmpty()) {
        delete(unfinished);
        return Optional.empty();
      }
      StateFile state = new StateFile(known.get().state(), modelDigest, seed);
      Files.writeString(unfinished.resolve(STATE), GSON.toJson(state));
      force(unfinished);
      delete(target);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
      if (known.get().best()) {
        mark(target);
      }
      prune();
      return Optional.of(target);
    } catch (IOException e) {
      deleteQuietly(unfinished);
      throw notWritten(target, e);
    } catch (RunFailedException e) {
      deleteQuietly(unfinished);
      throw e;
    }
  }

  /** The last checkpoint that has its final name. */
  public Optional<Path> latest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** The checkpoint with the best score. */
  public Optional<Path> best() {
    try {
      Path best = folder.resolve(Files.readString(folder.resolve(BEST)).strip());
      return Files.isDirectory(best) ? Optional.of(best) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Loads the last checkpoint into a session; where it is damaged, the one before it.
   *
   * @return where the training stands, or nothing where there is no checkpoint yet
   * @throws InvalidInputException if they are of another model or seed, or all are damaged
   */
  public Optional<TrainingState> restoreLatest(
      Session session, CheckpointFile file, String modelDigest, long seed) {
    List<Path> newestFirst = new ArrayList<>(all());
    Collections.reverse(newestFirst);
    InvalidInputException damaged = null;
    for (Path checkpoint : newestFirst) {
      try {
        StateFile state = read(checkpoint);
        checkSame(checkpoint, state, modelDigest, seed);
        return Optional.of(restore(session, file, checkpoint, state));
      } catch (DamagedException e) {
        damaged = e.invalidInput;
        log.warn("{}", damaged.getMessage());
      }
    }
    if (damaged != null) {
      throw damaged;
    }
    return Optional.empty();
  }

  /**
   * Removes the checkpoints of later steps.
   *
   * @return the last one that is left
   * @throws RunFailedException if one cannot be removed
   */
  public Optional<Path> removeAfter(long step) {
    for (Path checkpoint : all()) {
      if (step(checkpoint) > step) {
        try {
          delete(checkpoint);
        } catch (IOException e) {
          throw new RunFailedException(
              checkpoint + ": cannot be removed: " + e.getMessage(), "see its permissions", e);
        }
      }
    }
    return latest();
  }

  /** The variables of a checkpoint: what {@link CheckpointFile#restore} takes. */
  public static Path variables(Path checkpoint) {
    return checkpoint.resolve(VARIABLES);
  }

  /**
   * Where the training stood at a checkpoint.
   *
   * @throws InvalidInputException if it is damaged
   */
  public static TrainingState state(Path checkpoint) {
    try {
      return read(checkpoint).state();
    } catch (DamagedException e) {
      throw e.invalidInput;
    }
  }

  /** A checkpoint that cannot be read, though one before it may be. */
  private static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final InvalidInputException invalidInput;

    DamagedException(InvalidInputException invalidInput) {
      super(invalidInput);
      this.invalidInput = invalidInput;
    }
  }

  private static TrainingState restore(
      Session session, CheckpointFile file, Path checkpoint, StateFile state)
      throws DamagedException {
    try {
      file.restore(session, variables(checkpoint));
      return state.state();
    } catch (InvalidInputException e) {
      throw new DamagedException(e);
    }
  }

  private static StateFile read(Path checkpoint) throws DamagedException {
    Path file = checkpoint.resolve(STATE);
    try {
      StateFile state = GSON.fromJson(Files.readString(file), StateFile.class);
      if (state != null && state.state() != null && state.modelDigest() != null) {
        return state;
      }
    } catch (IOException | JsonParseException e) {
      throw damaged(file, e);
    }
    throw damaged(file, null);
  }

  private static DamagedException damaged(Path file, Exception cause) {
    return new DamagedException(
        new InvalidInputException(
            file.toString(),
            "the checkpoint is damaged",
            "delete its folder to go on from the one before, or start over with --fresh",
            cause));
  }

  private static void checkSame(Path checkpoint, StateFile state, String modelDigest, long seed) {
    if (!state.modelDigest().equals(modelDigest)) {
      throw new InvalidInputException(
          checkpoint.toString(),
          "the checkpoint is of a model with other variables",
          "give the run another name (name=...), or start over with --fresh");
    }
    if (state.seed() != seed) {
      throw new InvalidInputException(
          checkpoint.toString(),
          "the checkpoint was trained with seed " + state.seed() + ", not " + seed,
          "give the run another name (name=...), or start over with --fresh");
    }
  }

  private void mark(Path best) throws IOException {
    Path unfinished = folder.resolve(BEST + UNFINISHED);
    Files.writeString(unfinished, best.getFileName() + "\n");
    Files.move(
        unfinished,
        folder.resolve(BEST),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** The checkpoints that have their final names, by step. */
  private List<Path> all() {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        entries.forEach(
            entry -> {
              if (NAME.matcher(entry.getFileName().toString()).matches()) {
                found.add(entry);
              }
            });
      } catch (IOException e) {
        throw new InvalidInputException(
            folder.toString(), "cannot be read: " + e.getMessage(), "see its permissions", e);
      }
    }
    found.sort(Comparator.comparingLong(Checkpoints::step));
    return found;
  }

  private static long step(Path checkpoint) {
    Matcher matcher = NAME.matcher(checkpoint.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  private void prune() throws IOException {
    List<Path> all = all();
    Optional<Path> best = best();
    for (Path checkpoint : all.subList(0, Math.max(0, all.size() - keep))) {
      if (best.isEmpty() || !best.get().equals(checkpoint)) {
        delete(checkpoint);
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static void deleteQuietly(Path directory) {
    try {
      delete(directory);
    } catch (IOException e) {
      log.warn("{} could not be removed: {}", directory, e.getMessage());
    }
  }

  private static RunFailedException notWritten(Path target, IOException cause) {
    return new RunFailedException(
        target + ": the checkpoint could not be written: " + cause.getMessage(),
        "see that the disk has room and the folder can be written; the last whole checkpoint is"
            + " kept",
        cause);
  }
}
