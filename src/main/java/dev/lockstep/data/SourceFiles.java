package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files that paths and patterns name, and their formats. */
final class SourceFiles {
  private SourceFiles() {}

  /**
   * @param patterns paths, or patterns such as {@code shards/*.tar}, whose files are given in the
   *     order of their names
   * @throws InvalidInputException if a file is missing, or a pattern fits none
   */
  static List<Path> matching(List<Path> patterns) {
    List<Path> files = new ArrayList<>();
    patterns.forEach(pattern -> files.addAll(matching(pattern)));
    return files;
  }

  private static List<Path> matching(Path pattern) {
    String text = pattern.toString();
    if (Files.isDirectory(pattern)) {
      throw new InvalidInputException(
          text,
          "this is a folder, and not one of prepared data",
          "name the files in it, as in " + pattern.resolve("*.tar"));
    }
    if (Files.exists(pattern) || text.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0)) {
      if (!Files.isRegularFile(pattern)) {
        throw new InvalidInputException(
            text, "there is no such file", "check the path; it counts from the file that names it");
      }
      return List.of(pattern);
    }
    Path folder = pattern;
    while (folder.getParent() != null
        && folder.toString().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0)) {
      folder = folder.getParent();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + text);
    try (Stream<Path> files = Files.isDirectory(folder) ? Files.walk(folder) : Stream.empty()) {
      List<Path> found =
          files.filter(matcher::matches).filter(Files::isRegularFile).sorted().toList();
      if (found.isEmpty()) {
        throw new InvalidInputException(
            text, "no file fits this pattern", "check the pattern; '**' stands for any folders");
      }
      return found;
    } catch (IOException e) {
      throw TextInput.unreadable(folder, e);
    }
  }

  /** By its ending. */
  static SourceFormat formatOf(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    if (ChineseClipPairs.is(file)) {
      return SourceFormat.CHINESE_CLIP;
    }
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      return SourceFormat.JSONL;
    }
    if (name.endsWith(".tar") || name.endsWith(".tgz")) {
      return SourceFormat.WEBDATASET;
    }
    // What has no ending that is known was always taken for a CSV.
    return name.endsWith(".parquet") ? SourceFormat.PARQUET : SourceFormat.CSV;
  }
}
