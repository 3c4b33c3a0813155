/**
 * CLIP as a graph: an image tower and a text tower, each from its input to features, and the
 * projections that bring both into one space. It may use {@code model.layer} for what towers share,
 * {@code tensorflow} for variables, and {@code config}; it knows nothing of losses or training.
 * Start with {@link dev.lockstep.model.DualEncoder}, which reads like CLIP's figure 1.
 */
package dev.lockstep.model;
