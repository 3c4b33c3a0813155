package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

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
      Operand<? extends TNumber> x,
      Operand<TInt32> split,
      Operand<TFloat32> mask,
      boolean firstAlone) {
    return layers.bfloat16()
        ? attend(layers, x, split, mask, firstAlone, TBfloat16.class)
        : attend(layers, x, split, mask, firstAlone, TFloat32.class);
  }

  /**
   * @param type what the products take
   */
  private <T extends TNumber> Operand<TFloat32> attend(
      Layers layers,
      Operand<? extends TNumber> x,
      Operand<TInt32> split,
      Operand<TFloat32> mask,
      boolean firstAlone,
      Class<T> type) {
    Ops tf = layers.tf();
    Operand<T> projected =
        layers.cast(
            layers.denseForProduct("query-key-value", x, hiddenSize, 3L * hiddenSize), type);
    // Brought into the order of the products once: Einsum would do it for each of the six, forward
    // and backward, that take queries, keys or values.
    Operand<T> byHead = // [3, batch, heads, tokens, width]
        tf.linalg.transpose(tf.reshape(projected, split), tf.constant(new int[] {2, 0, 3, 1, 4}));
    List<Output<T>> parts = tf.unstack(byHead, 3L, Unstack.axis(0L)).output();
    Operand<T> query = firstAlone ? first(tf, parts.get(0)) : parts.get(0);
    Operand<T> mixed =
        mix(layers, query, parts.get(1), parts.get(2), hiddenSize / heads, mask, dropout);
    return layers.dense(
        "output",
        tf.reshape(mixed, tf.constant(new int[] {-1, hiddenSize})),
        hiddenSize,
        hiddenSize);
  }

  /** [batch, heads, 1, width] of [batch, heads, tokens, width]. */
  private static <T extends TNumber> Operand<T> first(Ops tf, Operand<T> x) {
    return tf.slice(x, tf.constant(new int[] {0, 0, 0, 0}), tf.constant(new int[] {-1, -1, 1, -1}));
  }

  /**
   * Scaled dot-product attention, equation 1 of the paper, for all heads.
   *
   * @param query [batch, heads, queries, width], in the type that products take
   * @param key [batch, heads, tokens, width]
   * @param value [batch, heads, tokens, width]
   * @param mask to add to the scores, [batch, heads, queries, tokens], or 1 for any of them
   * @return [batch, queries, heads, width]
   */
  static <T extends TNumber> Operand<T> mix(
      Layers layers,
      Operand<T> query,
      Operand<T> key,
      Operand<T> value,
      int width,
      Operand<TFloat32> mask,
      double dropout) {
    Ops tf = layers.tf();
    Operand<TFloat32> products =
        layers.cast(tf.linalg.einsum(List.of(query, key), "bhqd,bhkd->bhqk"), TFloat32.class);
    Operand<TFloat32> scores = tf.math.mul(products, tf.constant((float) (1 / Math.sqrt(width))));
    if (mask != null) {
      scores = tf.math.add(scores, mask);
    }
    Operand<T> weights =
        layers.cast(layers.dropout("weights", tf.nn.softmax(scores), dropout), query.type());
    return tf.linalg.einsum(List.of(weights, value), "bhqk,bhkd->bqhd");
  }
}
