package dev.lockstep.train;

/**
 * Where a training stands: all that is needed, besides the variables, to go on as if it had never
 * stopped. The place in the data is {@code stageStep x batch size}, and all random numbers are
 * drawn by place and step.
 *
 * @param stage the current stage, from 0
 * @param stageStep steps taken in it
 * @param stageSeconds time spent in it, evaluations and checkpoints included
 * @param stageBest the highest score of its evaluations; minus infinity before the first
 * @param evaluationsWithoutRise how many have passed since then
 * @param step steps taken in all
 * @param examples pairs seen in all
 * @param seconds training time, evaluations not counted
 * @param bestScore of the evaluations so far; minus infinity before the first
 * @param bestStep when it was reached
 */
public record TrainingState(
    int stage,
    long stageStep,
    double stageSeconds,
    double stageBest,
    int evaluationsWithoutRise,
    long step,
    long examples,
    double seconds,
    double bestScore,
    long bestStep) {

  /** Before the first step. */
  public static TrainingState start() {
    return startOf(0);
  }

  /** Before the first step of a stage, where none was taken of those before it. */
  static TrainingState startOf(int stage) {
    return new TrainingState(
        stage, 0, 0, Double.NEGATIVE_INFINITY, 0, 0, 0, 0, Double.NEGATIVE_INFINITY, 0);
  }

  TrainingState afterStep(int pairs, double stepSeconds) {
    return new TrainingState(
        stage,
        stageStep + 1,
        stageSeconds,
        stageBest,
        evaluationsWithoutRise,
        step + 1,
        examples + pairs,
        seconds + stepSeconds,
        bestScore,
        bestStep);
  }

  /** After some time in the stage, whatever was done in it. */
  TrainingState afterTime(double moreSeconds) {
    return new TrainingState(
        stage,
        stageStep,
        stageSeconds + moreSeconds,
        stageBest,
        evaluationsWithoutRise,
        step,
        examples,
        seconds,
        bestScore,
        bestStep);
  }

  /** After an evaluation. */
  TrainingState afterScore(double score) {
    boolean rose = score > stageBest;
    boolean best = score > bestScore;
    return new TrainingState(
        stage,
        stageStep,
        stageSeconds,
        rose ? score : stageBest,
        rose ? 0 : evaluationsWithoutRise + 1,
        step,
        examples,
        seconds,
        best ? score : bestScore,
        best ? step : bestStep);
  }

  TrainingState atNextStage() {
    return new TrainingState(
        stage + 1, 0, 0, Double.NEGATIVE_INFINITY, 0, step, examples, seconds, bestScore, bestStep);
  }
}
