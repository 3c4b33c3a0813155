package dev.lockstep.train;

import dev.lockstep.input.InputPipeline;

/**
 * A stage with its part of the graph and its own order of the data.
 *
 * @param input what its batches come from
 */
record TrainingStage(StageSpec spec, StageGraph graph, InputPipeline input) {}
