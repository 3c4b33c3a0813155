/**
 * The session loop: the optimizer and its schedule, steps, checkpoints, and the listeners that
 * write down what happens. It may use the strategy, the objective, the model and all that is under
 * them, and {@code evaluate} for the scores that a listener is told. Start with {@link
 * dev.lockstep.train.Trainer}, {@link dev.lockstep.train.TrainingListener} for what can be watched
 * and {@link dev.lockstep.train.OptimizerSpec} for what can be set.
 */
package dev.lockstep.train;
