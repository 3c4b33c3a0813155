package dev.lockstep.serve.model;

/** Hears of each run of a model. */
@FunctionalInterface
public interface BatchListener {
  /**
   * @param requests that it answered
   * @param rows texts or images in them
   */
  void answered(int requests, int rows, double seconds);
}
