package dev.lockstep.model.layer;

import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variable.Role;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Ones;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Batch normalization (Ioffe & Szegedy 2015): by the batch's statistics where it learns, by the
 * running ones otherwise, which then stay as they are. Momentum, epsilon and the running variance
 * (over n - 1) are those of PyTorch's {@code BatchNorm2d}.
 */
final class BatchNorm {
  /** How much of each batch's statistics enters the running ones. */
  private static final float MOMENTUM = 0.1f;

  private static final float EPSILON = 1e-5f;

  private BatchNorm() {}

  /**
   * @param x [batch, height, width, channels]
   */
  static <T extends TNumber> Operand<T> apply(
      Layers layers, String name, Operand<T> x, long channels) {
    Ops tf = layers.tf();
    Shape shape = Shape.of(channels);
    Operand<TFloat32> scale = layers.ones(name + "/scale", channels);
    Operand<TFloat32> offset = layers.zeros(name + "/offset", channels);
    Variable mean = layers.variable(name + "/running-mean", shape, Role.STATE, new Zeros<>());
    Variable variance =
        layers.variable(name + "/running-variance", shape, Role.STATE, new Ones<>());
    if (!layers.learns(name)) {
      Operand<TFloat32> factor =
          tf.math.mul(scale, tf.math.rsqrt(tf.math.add(variance.value(), tf.constant(EPSILON))));
      Operand<TFloat32> shift = tf.math.sub(offset, tf.math.mul(mean.value(), factor));
      return layers.cast(
          tf.math.add(tf.math.mul(layers.cast(x, TFloat32.class), factor), shift), x.type());
    }
    FusedBatchNorm<T, TFloat32> normalized =
        tf.nn.fusedBatchNorm(
            x,
            scale,
            offset,
            tf.constant(new float[0]),
            tf.constant(new float[0]),
            FusedBatchNorm.isTraining(true),
            FusedBatchNorm.epsilon(EPSILON));
    follow(layers, mean, normalized.batchMean());
    follow(layers, variance, normalized.batchVariance());
    return normalized.y();
  }

  private static void follow(Layers layers, Variable running, Operand<TFloat32> ofBatch) {
    Ops tf = layers.tf();
    layers.update(
        tf.assignSubVariableOp(
            running.handle(),
            tf.math.mul(tf.math.sub(running.value(), ofBatch), tf.constant(MOMENTUM))));
  }
}
