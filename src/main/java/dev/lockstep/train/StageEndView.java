package dev.lockstep.train;

/**
 * The end of a stage as a listener sees it.
 *
 * @param stage the stage's name
 * @param index its place in the experiment, from 0
 * @param step steps taken so far in the whole experiment
 * @param stageStep steps that the stage took
 * @param stageSeconds time that it took, evaluations and checkpoints included
 */
public record StageEndView(
    String stage,
    int index,
    long step,
    long stageStep,
    double stageSeconds,
    StageEnd.Reason reason) {}
