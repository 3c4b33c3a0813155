package dev.lockstep.model.layer;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * Rows brought to mean 0 and deviation 1.
 *
 * @param value [..., width]
 * @param factor what they were multiplied by for it, [..., 1]
 */
record Normalized(Operand<TFloat32> value, Operand<TFloat32> factor) {
  /**
   * @param x [..., width]
   */
  static Normalized of(Ops tf, Operand<TFloat32> x, double epsilon) {
    Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
    Operand<TFloat32> factor =
        tf.math.rsqrt(tf.math.add(mean(tf, tf.math.square(centred)), tf.constant((float) epsilon)));
    return new Normalized(tf.math.mul(centred, factor), factor);
  }

  /** Of each row: [..., 1] of [..., width]. */
  static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }
}
