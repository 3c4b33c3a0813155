/**
 * What towers are built of: dense, convolution, norms, attention and the transformer encoder, each
 * as operations in a TensorFlow graph. A layer takes a {@link dev.lockstep.model.layer.Layers},
 * which carries the graph, the variables and whether it is built for training; it uses only {@code
 * tensorflow}. Start with {@link dev.lockstep.model.layer.Layers}.
 */
package dev.lockstep.model.layer;
