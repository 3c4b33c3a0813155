package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Layers;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The learned position embeddings of a text tower. */
final class TextPositions {
  private TextPositions() {}

  /** The key {@code positions}: the longest text, in tokens. */
  static int from(Block block, int contextLength) {
    int positions = block.integer("positions", 2, 1 << 16, Math.max(contextLength, 64));
    block.check(
        positions >= contextLength,
        "positions",
        "at least tokenizer.context-length (" + contextLength + ")");
    return positions;
  }

  /**
   * The first rows of the table {@code position}, one for each token.
   *
   * @param inputIds [batch, tokens]
   * @return [tokens, hidden]
   */
  static Operand<TFloat32> embedding(
      Layers layers, Operand<TInt32> inputIds, int positions, int hiddenSize) {
    Ops tf = layers.tf();
    Operand<TInt32> tokens =
        tf.slice(tf.shape(inputIds), tf.constant(new int[] {1}), tf.constant(new int[] {1}));
    Operand<TInt32> rows = tf.math.minimum(tokens, tf.constant(new int[] {positions}));
    Operand<TFloat32> known =
        tf.slice(
            layers.undecayed("position", Shape.of(positions, hiddenSize)),
            tf.constant(new int[] {0, 0}),
            tf.concat(List.of(rows, tf.constant(new int[] {hiddenSize})), tf.constant(0)));
    // Batches are padded to a round number of tokens, which may be more than the longest text has.
    Operand<TInt32> none = tf.constant(new int[] {0});
    Operand<TInt32> beyond = tf.concat(List.of(none, tf.math.sub(tokens, rows)), tf.constant(0));
    return tf.pad(known, tf.stack(List.of(beyond, tf.constant(new int[] {0, 0}))), tf.constant(0f));
  }
}
