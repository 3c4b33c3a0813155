package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Multi-head self-attention (Vaswani et al. 2017, section 3.2.2). */
final class Attention {
  private final int hiddenSize;
  private final int heads;
  private final double dropout;

  Attention(int hiddenSize, int heads, double dropout) {
    this.hiddenSize = hiddenSize;
    this.heads = heads;
    this.dropout = dropout;
  }

  /**
   * @param x [batch * tokens, hidden]
   * @param split the shape [batch, tokens, 3, heads, hidden / heads]
   * @param mask see {@link AttentionMask}; null attends to all
   * @param firstAlone whether only the first token of each example attends to the others
   * @return [batch * tokens, hidden], [batch, hidden] for the first alone
   */
  Operand<TFloat32> attend(
      Layers layers,
      Operand<TFloat32> x,
      Operand<TInt32> split,
      Operand<TFloat32> mask,
      boolean firstAlone) {
    Ops tf = layers.tf();
    Operand<TFloat32> projected =
        tf.reshape(layers.dense("query-key-value", x, hiddenSize, 3L * hiddenSize), split);
    List<Output<TFloat32>> parts = tf.unstack(projected, 3L, Unstack.axis(2L)).output();
    Operand<TFloat32> query = firstAlone ? first(tf, parts.get(0)) : parts.get(0);
    Operand<TFloat32> mixed =
        mix(layers, query, parts.get(1), parts.get(2), hiddenSize / heads, mask, dropout);
    return layers.dense(
        "output",
        tf.reshape(mixed, tf.constant(new int[] {-1, hiddenSize})),
        hiddenSize,
        hiddenSize);
  }

  /** [batch, 1, heads, width] of [batch, tokens, heads, width]. */
  private static Operand<TFloat32> first(Ops tf, Operand<TFloat32> x) {
    return tf.slice(x, tf.constant(new int[] {0, 0, 0, 0}), tf.constant(new int[] {-1, 1, -1, -1}));
  }

  /**
   * Scaled dot-product attention, equation 1 of the paper, for all heads.
   *
   * @param query [batch, queries, heads, width]
   * @param key [batch, tokens, heads, width]
   * @param value [batch, tokens, heads, width]
   * @return [batch, queries, heads, width]
   */
  static Operand<TFloat32> mix(
      Layers layers,
      Operand<TFloat32> query,
      Operand<TFloat32> key,
      Operand<TFloat32> value,
      int width,
      Operand<TFloat32> mask,
      double dropout) {
    Ops tf = layers.tf();
    Operand<TFloat32> scaled = tf.math.mul(query, tf.constant((float) (1 / Math.sqrt(width))));
    Operand<TFloat32> scores = layers.einsum("bqhd,bkhd->bhqk", scaled, key);
    if (mask != null) {
      scores = tf.math.add(scores, mask);
    }
    Operand<TFloat32> weights = layers.dropout("weights", tf.nn.softmax(scores), dropout);
    return layers.einsum("bhqk,bkhd->bqhd", weights, value);
  }
}
