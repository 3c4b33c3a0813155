package dev.lockstep.train;

/**
 * Where a training stands: all that is needed, besides the variables, to go on as if it had never
 * stopped. The place in the data is {@code stageStep x batch size}, and all random numbers are
 * drawn by place and step.
 *
 * @param stage the current stage, from 0
 * @param stageStep steps taken in it
 * @param step steps taken in all
 * @param examples pairs seen in all
 * @param seconds training time, evaluations not counted
 * @param bestScore of the evaluations so far; NaN before the first
 * @param bestStep when it was reached
 */
public record TrainingState(
    int stage,
    long stageStep,
    long step,
    long examples,
    double seconds,
    double bestScore,
    long bestStep) {

  /** Before the first step. */
  public static TrainingState start() {
    return new TrainingState(0, 0, 0, 0, 0, Double.NEGATIVE_INFINITY, 0);
  }

  TrainingState afterStep(int pairs, double stepSeconds) {
    return new TrainingState(
        stage,
        stageStep + 1,
        step + 1,
        examples + pairs,
        seconds + stepSeconds,
        bestScore,
        bestStep);
  }

  TrainingState atNextStage() {
    return new TrainingState(stage + 1, 0, step, examples, seconds, bestScore, bestStep);
  }

  TrainingState withBest(double score) {
    return new TrainingState(stage, stageStep, step, examples, seconds, score, step);
  }
}
