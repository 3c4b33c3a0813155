package dev.lockstep.data;

import java.nio.file.Path;

/** One file of a source, of one format. */
interface FilePairs {
  Path file();

  /** Reads what must be read to refuse a file with a better place than a pass could give. */
  default void check() {}

  /** Whether the images are files of their own. */
  default boolean namesImageFiles() {
    return true;
  }

  /** Whether its images are read from a file that its reader holds open. */
  default boolean imagesNeedReader() {
    return false;
  }

  /**
   * @param firstRow the number of its first row
   */
  PairReader open(long firstRow);
}
