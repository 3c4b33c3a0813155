package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * What training leaves out at random. It depends on the place in the model and the number of the
 * step alone, so that a restarted training leaves out the same.
 */
final class Dropout {
  private final Ops tf;
  private final long place;
  private final Operand<TInt64> step;

  Dropout(Ops tf, long place, Operand<TInt64> step) {
    this.tf = tf;
    this.place = place;
    this.step = step;
  }

  /** Zeros for single values (Srivastava et al. 2014), the others scaled up. */
  Operand<TFloat32> dropValues(Operand<TFloat32> x, double rate) {
    return tf.math.mul(x, kept(tf.shape(x), rate));
  }

  /**
   * Zeros for whole examples, the others scaled up.
   *
   * @param x [batch, tokens, hidden]
   */
  Operand<TFloat32> dropExamples(Operand<TFloat32> x, double rate) {
    Operand<TInt32> oneEach =
        tf.concat(List.of(batchOf(x), tf.constant(new int[] {1, 1})), tf.constant(0));
    return tf.math.mul(x, kept(oneEach, rate));
  }

  /**
   * Some of each example's patches.
   *
   * @param patches [batch, count, hidden]
   * @return [batch, kept, hidden]
   */
  Operand<TFloat32> keepPatches(Operand<TFloat32> patches, int count, int kept) {
    Operand<TInt32> shape =
        tf.concat(List.of(batchOf(patches), tf.constant(new int[] {count})), tf.constant(0));
    Operand<TInt32> chosen = // [batch, kept]
        TopK.create(tf.scope(), uniform(shape), tf.constant(kept), TInt32.class).indices();
    return tf.gather(patches, chosen, tf.constant(1), Gather.batchDims(1L));
  }

  /** 0 with probability {@code rate}, otherwise 1 / (1 - rate), so that the mean is 1. */
  private Operand<TFloat32> kept(Operand<TInt32> shape, double rate) {
    Operand<TFloat32> ones =
        tf.dtypes.cast(
            tf.math.greaterEqual(uniform(shape), tf.constant((float) rate)), TFloat32.class);
    return tf.math.mul(ones, tf.constant((float) (1 / (1 - rate))));
  }

  private Operand<TFloat32> uniform(Operand<TInt32> shape) {
    return tf.random.statelessRandomUniform(
        shape, tf.stack(List.of(tf.constant(place), step)), TFloat32.class);
  }

  private Operand<TInt32> batchOf(Operand<TFloat32> x) {
    return tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
  }
}
