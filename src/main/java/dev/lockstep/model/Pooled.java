package dev.lockstep.model;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** One vector from the vectors of an example's tokens. */
final class Pooled {
  private Pooled() {}

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

  /**
   * The mean over all tokens but the first, which is the class token.
   *
   * @param tokens [batch, 1 + patches, hidden]
   */
  static Operand<TFloat32> meanOfPatches(Ops tf, Operand<TFloat32> tokens) {
    Operand<TFloat32> patches =
        tf.slice(tokens, tf.constant(new int[] {0, 1, 0}), tf.constant(new int[] {-1, -1, -1}));
    return tf.math.mean(patches, tf.constant(1));
  }

  /**
   * The token at a place that each example has its own of.
   *
   * @param places [batch]
   */
  static Operand<TFloat32> at(Ops tf, Operand<TFloat32> tokens, Operand<TInt32> places) {
    Operand<TFloat32> one =
        tf.gather(
            tokens, tf.expandDims(places, tf.constant(1)), tf.constant(1), Gather.batchDims(1L));
    return tf.squeeze(one, Squeeze.axis(List.of(1L)));
  }
}
