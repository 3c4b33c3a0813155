package dev.lockstep.data;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    for (Path file : SourceFiles.matching(patterns)) {
      FilePairs part = pairs(file);
      part.check();
      parts.add(part);
    }
    return new FilesSource(List.copyOf(parts), format + " " + columns);
  }

  private FilePairs pairs(Path file) {
    RowColumns rows = columns.in(images.orElse(file.toAbsolutePath().getParent()));
    return switch (format == SourceFormat.AUTO ? SourceFiles.formatOf(file) : format) {
      case CSV -> new CsvPairs(file, rows);
      case JSONL -> new JsonLinesPairs(file, rows);
      case CHINESE_CLIP -> new ChineseClipPairs(file);
      case WEBDATASET -> new WebDatasetPairs(file, columns);
      case PARQUET -> new ParquetPairs(file, rows);
      case AUTO -> throw new IllegalStateException("the format of " + file + " was decided above");
    };
  }
}
