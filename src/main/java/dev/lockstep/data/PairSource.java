package dev.lockstep.data;

import java.nio.file.Path;
import java.util.List;

/**
 * Pairs of captions and images in one of the forms in which datasets are published. A source may
 * hold any number of pairs: it is read in one pass, in memory that does not grow with it.
 */
public interface PairSource {
  /** What to call it in a message. */
  String name();

  /** The files that the pairs stand in, in the order in which they are read. */
  List<Path> files();

  /**
   * Whether the files are texts that name image files, so that both can change without the other.
   * Otherwise the images are in the files, which are too large to be read only to see a change.
   */
  boolean namesImageFiles();

  /** What was said of how to read them, for a digest. */
  String options();

  /** Begins a pass. */
  PairReader open();
}
