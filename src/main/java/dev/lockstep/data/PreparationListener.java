package dev.lockstep.data;

/** Watches a preparation; the methods are called on the thread that prepares. */
public interface PreparationListener {
  /** A listener that does not listen. */
  PreparationListener NONE = new PreparationListener() {};

  /**
   * Before the first row. Not called when the data is there already.
   *
   * @param rows of the source; -1 where nobody has counted them
   */
  default void onStart(String source, long rows) {}

  /**
   * Before the first row, where an earlier preparation of the same data was cut off.
   *
   * @param pairs whose images need not be converted again, at most
   */
  default void onEarlier(long pairs) {}

  /**
   * After each row.
   *
   * @param done rows so far, this one included
   * @param dropped how many of them were left out
   */
  default void onRow(long done, long dropped) {}
}
