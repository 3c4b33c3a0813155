/**
 * From two embeddings to a loss. An objective sees what the model made of a batch and which of its
 * rows belong together; it uses {@code model} and {@code input} and knows nothing of optimizers.
 * Start with {@link dev.lockstep.objective.Objective}.
 */
package dev.lockstep.objective;
