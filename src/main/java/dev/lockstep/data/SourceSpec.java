package dev.lockstep.data;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How files of pairs are read: the block <code>data.source { ... }</code>.
 *
 * @param images the folder that the paths of images count from, such as the one that URLs were
 *     downloaded to; without one, that of the file that names them
 */
public record SourceSpec(SourceFormat format, SourceColumns columns, Optional<Path> images) {
  /** By the ending of each file, columns under their usual names. */
  public static final SourceSpec USUAL =
      new SourceSpec(SourceFormat.AUTO, SourceColumns.USUAL, Optional.empty());

  public static SourceSpec from(Block block) {
    return new SourceSpec(
        block.choice("format", SourceFormat.class, SourceFormat.AUTO),
        SourceColumns.from(block.block("columns")),
        block.optionalPath("images"));
  }

  /**
   * The pairs of some files.
   *
   * @param patterns paths, or patterns such as {@code shards/*.tar}, whose files are read in the
   *     order of their names
   * @throws InvalidInputException if a file is missing, a pattern fits none, or a file is of no
   *     format that is known
   */
  public PairSource source(List<Path> patterns) {
    List<FilePairs> parts = new ArrayList<>();
    for (Path pattern : patterns) {
      for (Path file : matching(pattern)) {
        FilePairs part = pairs(file);
        part.check();
        parts.add(part);
      }
    }
    return new FilesSource(List.copyOf(parts), format + " " + columns);
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

  private FilePairs pairs(Path file) {
    return switch (format == SourceFormat.AUTO ? formatOf(file) : format) {
      case CSV -> new CsvPairs(file, columns, images);
      case JSONL -> new JsonLinesPairs(file, columns, images);
      case CHINESE_CLIP -> new ChineseClipPairs(file);
      case WEBDATASET -> new WebDatasetPairs(file, columns);
      case PARQUET -> new ParquetPairs(file, columns, images);
      case AUTO -> throw new IllegalStateException("the format of " + file + " was decided above");
    };
  }

  private static SourceFormat formatOf(Path file) {
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
