package dev.lockstep.train;

/**
 * What it took to move from one stage to the next.
 *
 * @param from the stage that ended
 * @param to the one that began
 * @param step the first of it, of the whole experiment
 * @param seconds from the end of the last step of the one to the end of the first of the other; the
 *     evaluation between them is not counted
 * @param firstStepSeconds the part of it that the first step took
 */
public record StageMove(
    String from, String to, long step, double seconds, double firstStepSeconds) {}
