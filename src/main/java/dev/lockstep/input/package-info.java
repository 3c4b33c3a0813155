/**
 * TFRecord shards to batches, inside the graph and in TensorFlow's own threads: read, shuffled,
 * decoded, augmented, padded, and the same again from any position. It may use {@code data} for
 * what the shards are, {@code text}, {@code tensorflow}, {@code config} and {@code error}. Start
 * with {@link dev.lockstep.input.InputPipeline}.
 */
package dev.lockstep.input;
