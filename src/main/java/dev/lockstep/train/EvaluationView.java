package dev.lockstep.train;

import dev.lockstep.evaluate.RetrievalScores;

/**
 * An evaluation during training.
 *
 * @param stage the stage's name
 * @param step steps taken so far in the whole experiment
 * @param seconds training time so far
 * @param best whether it is the best so far
 */
public record EvaluationView(
    String stage, long step, double seconds, RetrievalScores scores, boolean best) {}
