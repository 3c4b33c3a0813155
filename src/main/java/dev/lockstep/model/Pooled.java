package dev.lockstep.model;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** One vector from the vectors of an example's tokens. */
final class Pooled {
  private Pooled() {}

  /**
   * The first token's, which is the class token.
   *
   * @param tokens [batch, tokens, hidden]
   * @return [batch, hidden]
   */
  static Operand<TFloat32> first(Ops tf, Operand<TFloat32> tokens) {
    return tf.squeeze(
        tf.slice(tokens, tf.constant(new int[] {0, 0, 0}), tf.constant(new int[] {-1, 1, -1})),
        Squeeze.axis(List.of(1L)));
  }

  /**
   * The mean over the tokens that are not padding.
   *
   * @param attentionMask [batch, tokens]
   */
  static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> tokens, Operand<TInt32> attentionMask) {
    Operand<TFloat32> mask =
        tf.expandDims(tf.dtypes.cast(attentionMask, TFloat32.class), tf.constant(2));
    return tf.math.div(
        tf.sum(tf.math.mul(tokens, mask), tf.constant(1)),
        tf.math.maximum(tf.sum(mask, tf.constant(1), new Sum.Options[0]), tf.constant(1f)));
  }
}
