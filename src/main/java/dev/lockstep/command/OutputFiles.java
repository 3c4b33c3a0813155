package dev.lockstep.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** The files that commands write when all else is done. */
final class OutputFiles {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private OutputFiles() {}

  /**
   * Looks at once whether they can be written: that is not to be found after an hour of work.
   *
   * @param files null for one that was not asked for
   * @throws InvalidInputException naming the first that cannot
   */
  static void check(Path... files) {
    Arrays.stream(files).filter(Objects::nonNull).forEach(OutputFiles::checkOne);
  }

  private static void checkOne(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new InvalidInputException(
          file.toString(),
          Files.isDirectory(file) ? "this is a folder" : folder + " is no folder to write to",
          "name a file in a folder that exists");
    }
  }

  /** Indented, for people too. */
  static void write(Path file, JsonElement json) {
    RunFolder.write(file, GSON.toJson(json) + "\n");
  }
}
