package dev.lockstep.export;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder of a model's versions, {@code DIR/1}, {@code DIR/2}, as TensorFlow Serving has them. */
public final class ModelVersions {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private ModelVersions() {}

  /**
   * One version.
   *
   * @param folder with {@code saved_model.pb}
   */
  public record Version(long number, Path folder) {}

  /** Those that are there, in ascending order. */
  public static List<Version> list(Path models) {
    if (!Files.isDirectory(models)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(models)) {
      return folders
          .filter(folder -> NUMBER.matcher(folder.getFileName().toString()).matches())
          .filter(folder -> Files.isRegularFile(folder.resolve("saved_model.pb")))
          .map(folder -> new Version(Long.parseLong(folder.getFileName().toString()), folder))
          .sorted((a, b) -> Long.compare(a.number(), b.number()))
          .toList();
    } catch (IOException e) {
      throw new RunFailedException(
          models + ": cannot be read: " + e, "see the folder's permissions", e);
    }
  }

  /** The highest one. */
  public static Optional<Version> latest(Path models) {
    List<Version> all = list(models);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** The folder of the version after the highest one; the folder of versions is made. */
  public static Path next(Path models) {
    try {
      Files.createDirectories(models);
    } catch (IOException e) {
      throw new RunFailedException(
          models + ": the folder cannot be made: " + e, "see its permissions", e);
    }
    return models.resolve(String.valueOf(latest(models).map(v -> v.number() + 1).orElse(1L)));
  }
}
