/**
 * Composes a whole experiment from one file: prepare, the stages, evaluation, report, export. It
 * gives each package its block of the file and joins what they make; it may use all of them but
 * {@code serve} and {@code command}, and holds no graph code. Start with {@link
 * dev.lockstep.experiment.Experiment} for the file and with {@link
 * dev.lockstep.experiment.ExperimentRunner} for what is done with it.
 */
package dev.lockstep.experiment;
