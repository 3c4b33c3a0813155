package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How lists of captions and URLs are read: each pair's image is an {@link ImageLink}. */
public record LinkSpec(SourceFormat format, LinkColumns columns) {

  /**
   * The pairs of some lists.
   *
   * @param patterns paths, or patterns such as {@code laion/*.parquet}, whose files are read in the
   *     order of their names
   * @throws InvalidInputException if a file is missing, is of no format that is known, or has no
   *     column of URLs, or if a pattern fits none
   */
  public PairSource source(List<Path> patterns) {
    List<FilePairs> parts = new ArrayList<>();
    for (Path file : SourceFiles.matching(patterns)) {
      FilePairs part = links(file);
      part.check();
      parts.add(part);
    }
    return new FilesSource(List.copyOf(parts), format + " " + columns);
  }

  private FilePairs links(Path file) {
    SourceFormat settled = format == SourceFormat.AUTO ? SourceFiles.formatOf(file) : format;
    return switch (settled) {
      case CSV -> new CsvPairs(file, columns.rows());
      case JSONL -> new JsonLinesPairs(file, columns.rows());
      case PARQUET -> new ParquetPairs(file, columns.rows());
      case CHINESE_CLIP, WEBDATASET ->
          throw new InvalidInputException(
              file.toString(),
              "there is nothing to download: the images are in it",
              "name it in data.train, and prepare it");
      case AUTO -> throw new IllegalStateException("the format of " + file + " was decided above");
    };
  }
}
