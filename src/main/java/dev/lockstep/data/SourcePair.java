package dev.lockstep.data;

import java.util.Optional;

/**
 * A caption and an image as their source has them.
 *
 * @param row from 0, counted over all files of the source
 * @param file the name of the file that it stands in
 * @param line where it begins in that file, from 1; 0 where the file has no lines
 * @param text the caption as it stands there; empty in a malformed row
 * @param malformed what is wrong with the row as such
 */
public record SourcePair(
    long row, String file, long line, String text, SourceImage image, Optional<String> malformed) {

  static SourcePair of(long row, String file, long line, String text, SourceImage image) {
    return new SourcePair(row, file, line, text, image, Optional.empty());
  }

  static SourcePair malformed(long row, String file, long line, String fault) {
    return new SourcePair(row, file, line, "", new NoImage(""), Optional.of(fault));
  }
}
