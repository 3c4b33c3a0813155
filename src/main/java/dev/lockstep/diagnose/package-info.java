/**
 * What a training tells about itself: from the figures of its steps and evaluations to findings,
 * each with its cause and its remedy, while it runs and before it runs. It uses {@code train} and
 * all that is under it, and changes nothing of a training. Start with {@link
 * dev.lockstep.diagnose.TrainingDoctor}.
 */
package dev.lockstep.diagnose;
