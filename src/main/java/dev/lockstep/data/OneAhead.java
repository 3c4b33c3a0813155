package dev.lockstep.data;

import java.util.NoSuchElementException;

/** A reader that must read a pair to know that there is one. */
abstract class OneAhead implements PairReader {
  private SourcePair next;
  private boolean ended;

  /** The next pair, or null after the last. */
  abstract SourcePair read();

  @Override
  public final boolean hasNext() {
    if (next == null && !ended) {
      next = read();
      ended = next == null;
    }
    return next != null;
  }

  @Override
  public final SourcePair next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    SourcePair pair = next;
    next = null;
    return pair;
  }
}
