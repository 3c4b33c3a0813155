package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Which rows of a batch belong together. */
final class Positives {
  private Positives() {}

  /**
   * [batch, batch], symmetric: whether a column's caption is a right answer to a row's image.
   *
   * @param repeated whether rows with the same caption or the same image are right answers to each
   *     other, and not each to itself alone
   */
  static Operand<TBool> of(Ops tf, Batch batch, boolean repeated) {
    return repeated
        ? tf.math.logicalOr(equal(tf, batch.captionKeys()), equal(tf, batch.imageKeys()))
        : itself(tf, batch);
  }

  /** [batch, batch]: the diagonal. */
  static Operand<TBool> itself(Ops tf, Batch batch) {
    Operand<TInt32> size = tf.size(batch.captionKeys());
    Operand<TInt64> own =
        tf.dtypes.cast(tf.range(tf.constant(0), size, tf.constant(1)), TInt64.class);
    return equal(tf, own);
  }

  /**
   * [rows, rows]: which keys are the same.
   *
   * @param keys [rows]
   */
  static Operand<TBool> equal(Ops tf, Operand<TInt64> keys) {
    return tf.math.equal(tf.expandDims(keys, tf.constant(0)), tf.expandDims(keys, tf.constant(1)));
  }
}
