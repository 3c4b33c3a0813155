package dev.lockstep.evaluate;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.Utf8File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A text file of one label a line. */
public final class LabelFile {
  private LabelFile() {}

  /**
   * The labels, in the file's order; empty lines are passed over.
   *
   * @throws InvalidInputException if the file is missing, not UTF-8 or empty, or has a label twice
   */
  public static List<String> read(Path file) {
    List<String> labels = lines(file);
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      if (!seen.add(label)) {
        throw new InvalidInputException(
            file.toString(), "the label '" + label + "' stands there twice", "delete one of them");
      }
    }
    return labels;
  }

  static List<String> lines(Path file) {
    Utf8File.check(file);
    try {
      List<String> lines =
          Files.readString(file)
              .replaceFirst("^\ufeff", "")
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (lines.isEmpty()) {
        throw new InvalidInputException(
            file.toString(), "the file is empty", "write one a line, in UTF-8");
      }
      return lines;
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e, "check its permissions", e);
    }
  }
}
