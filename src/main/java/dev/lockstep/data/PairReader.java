package dev.lockstep.data;

import java.util.Iterator;

/**
 * One pass over the pairs of a source. What cannot be gone on from (a file that is cut short, or is
 * not of its format) ends it with an {@link dev.lockstep.error.InvalidInputException}; a row that
 * is wrong by itself is given as malformed.
 */
public interface PairReader extends Iterator<SourcePair>, AutoCloseable {
  @Override
  void close();
}
