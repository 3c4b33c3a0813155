package dev.lockstep.input;

/**
 * Where the time of an input goes that is read on this side of the graph.
 *
 * @param readSeconds of all threads, in which records and stored features were read
 * @param resizeSeconds of all threads, in which originals were decoded and brought to their size
 * @param starvedSeconds in which the graph could have taken a batch of records, and none was there
 */
public record InputTimes(double readSeconds, double resizeSeconds, double starvedSeconds) {
  /** Nothing was read. */
  public static final InputTimes NONE = new InputTimes(0, 0, 0);

  /** What has come since. */
  public InputTimes since(InputTimes before) {
    return new InputTimes(
        readSeconds - before.readSeconds,
        resizeSeconds - before.resizeSeconds,
        starvedSeconds - before.starvedSeconds);
  }

  /** The part of the threads' time that went into originals, 0 to 1. */
  public double resizeShare() {
    double all = readSeconds + resizeSeconds;
    return all > 0 ? resizeSeconds / all : 0;
  }
}
