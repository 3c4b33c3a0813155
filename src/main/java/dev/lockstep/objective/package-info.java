/**
 * From two embeddings to a loss: contrastive ones, fitting a tower that is held fixed, and a tower
 * by itself. An objective sees what the model made of a batch and which of its rows belong
 * together; it may use {@code model}, {@code input} and what is under them, and knows nothing of
 * optimizers. Start with {@link dev.lockstep.objective.Objective}.
 */
package dev.lockstep.objective;
