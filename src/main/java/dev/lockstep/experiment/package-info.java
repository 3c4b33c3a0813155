/**
 * Composes a whole experiment from one file: prepare, the stages, evaluation, report, export. It
 * gives each package its block of the file and joins what they make; it holds no graph code. Start
 * with {@link dev.lockstep.experiment.ExperimentRunner}.
 */
package dev.lockstep.experiment;
