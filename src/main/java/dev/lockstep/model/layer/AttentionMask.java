package dev.lockstep.model.layer;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Which tokens a token may attend to, as numbers to add to attention's scores: 0 where it may, and
 * so low where it may not that softmax gives it 0.
 */
public final class AttentionMask {
  private static final float NEVER = -1e9f;

  private AttentionMask() {}

  /**
   * All but padding.
   *
   * @param attentionMask [batch, tokens], 1 for a token and 0 for padding
   * @return [batch, 1, 1, tokens]
   */
  public static Operand<TFloat32> padding(Ops tf, Operand<TInt32> attentionMask) {
    Operand<TInt32> hidden = tf.math.sub(tf.constant(1), attentionMask);
    return tf.expandDims(tf.expandDims(never(tf, hidden), tf.constant(1)), tf.constant(1));
  }

  /**
   * The token itself and those before it, but padding.
   *
   * @param attentionMask [batch, tokens], 1 for a token and 0 for padding
   * @return [batch, 1, tokens, tokens]
   */
  public static Operand<TFloat32> causal(Ops tf, Operand<TInt32> attentionMask) {
    Operand<TInt32> count =
        tf.reshape(
            tf.slice(
                tf.shape(attentionMask), tf.constant(new int[] {1}), tf.constant(new int[] {1})),
            tf.constant(new int[0]));
    Operand<TInt32> place = tf.range(tf.constant(0), count, tf.constant(1));
    Operand<TInt32> later =
        tf.dtypes.cast(
            tf.math.greater(
                tf.expandDims(place, tf.constant(0)), tf.expandDims(place, tf.constant(1))),
            TInt32.class);
    return tf.math.add(never(tf, later), padding(tf, attentionMask));
  }

  private static Operand<TFloat32> never(Ops tf, Operand<TInt32> hidden) {
    return tf.math.mul(tf.dtypes.cast(hidden, TFloat32.class), tf.constant(NEVER));
  }
}
