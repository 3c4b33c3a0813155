package dev.lockstep.tensorflow;

import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;

/**
 * A run that is fed a value of a type that it does not take. TensorFlow optimises the graph for a
 * run before it looks at what is fed, seconds for a large graph, and keeps that for later runs with
 * the same feeds and fetches: so a run is made ready of which nothing runs.
 */
public final class RefusedRun {
  private RefusedRun() {}

  /**
   * Makes a run ready.
   *
   * @param runner that feeds at least one value of another type than its place has
   */
  public static void of(Session.Runner runner) {
    try {
      runner.run().close();
      throw new IllegalStateException("a run took a value of another type");
    } catch (TFInvalidArgumentException e) {
      return;
    }
  }
}
