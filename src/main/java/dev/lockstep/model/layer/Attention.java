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
   * @param mask [batch, 1, 1, tokens], added to the scores: 0 to attend, very negative not to; null
   *     attends to all
   * @return [batch * tokens, hidden]
   */
  Operand<TFloat32> attend(
      Layers layers, Operand<TFloat32> x, Operand<TInt32> split, Operand<TFloat32> mask) {
    Ops tf = layers.tf();
    Operand<TFloat32> projected =
        tf.reshape(layers.dense("query-key-value", x, hiddenSize, 3L * hiddenSize), split);
    List<Output<TFloat32>> parts = tf.unstack(projected, 3L, Unstack.axis(2L)).output();
    Operand<TFloat32> scale = tf.constant((float) (1 / Math.sqrt((double) hiddenSize / heads)));
    Operand<TFloat32> query = tf.math.mul(parts.get(0), scale);
    Operand<TFloat32> scores = layers.einsum("bqhd,bkhd->bhqk", query, parts.get(1));
    if (mask != null) {
      scores = tf.math.add(scores, mask);
    }
    Operand<TFloat32> weights = layers.dropout("weights", tf.nn.softmax(scores), dropout);
    Operand<TFloat32> mixed = layers.einsum("bhqk,bkhd->bqhd", weights, parts.get(2));
    return layers.dense(
        "output",
        tf.reshape(mixed, tf.constant(new int[] {-1, hiddenSize})),
        hiddenSize,
        hiddenSize);
  }
}
