package dev.lockstep.train;

/**
 * Where a stage stands on the way to its end, for what changes over the stage.
 *
 * @param step steps that were taken, from 0
 * @param steps how many it takes at most; 0 where that is not known
 * @param timeShare the share of its time that is used, 0 to 1; 0 where its time is not limited
 */
public record StageProgress(long step, long steps, double timeShare) {

  /** A stage that ends after some steps and nothing else. */
  public static StageProgress ofSteps(long step, long steps) {
    return new StageProgress(step, steps, 0);
  }

  /** How much of the stage is done, 0 to 1: by steps or by time, whichever is further. */
  public double done() {
    double byStep = steps > 0 ? (double) step / steps : 0;
    return Math.min(1, Math.max(byStep, timeShare));
  }
}
