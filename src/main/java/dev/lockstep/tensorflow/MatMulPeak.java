package dev.lockstep.tensorflow;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * How fast this machine multiplies matrices: the most that a training step, whose work is nearly
 * all matrix products, could reach.
 */
public final class MatMulPeak {
  /** Large enough that nearly all of the time is spent multiplying. */
  private static final int SIZE = 2048;

  /** Products in a run, one after the other, so that starting a run does not count. */
  private static final int PRODUCTS = 4;

  private static final int RUNS = 5;

  private MatMulPeak() {}

  /** Floating-point operations a second of square matrices: the fastest of some runs. */
  public static double measure(Device device, Precision precision) {
    return precision == Precision.BFLOAT16
        ? measure(device, TBfloat16.class)
        : measure(device, TFloat32.class);
  }

  private static <T extends TNumber> double measure(Device device, Class<T> type) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph).withDevice(device.forModel());
      // Values that no product of a run makes too large or too small.
      Operand<T> matrix =
          tf.dtypes.cast(
              tf.random.statelessRandomNormal(
                  tf.constant(new int[] {SIZE, SIZE}), tf.constant(new long[] {1, 2})),
              type);
      Operand<T> factor =
          tf.math.mul(matrix, tf.dtypes.cast(tf.constant((float) (1 / Math.sqrt(SIZE))), type));
      Operand<T> left = tf.variable(factor);
      Operand<T> right = tf.variable(factor);
      Op start = tf.withControlDependencies(List.of(left, right)).noOp();
      Operand<T> product = left;
      for (int i = 0; i < PRODUCTS; i++) {
        product = tf.linalg.matMul(product, right);
      }
      // A value to fetch: TensorFlow leaves out what only has to be done.
      Operand<T> corner =
          tf.slice(product, tf.constant(new int[] {0, 0}), tf.constant(new int[] {1, 1}));
      try (Session session = new Session(graph, device.sessionConfig())) {
        session.initialize();
        session.run(start);
        double fastest = Double.MAX_VALUE;
        for (int i = 0; i < RUNS; i++) {
          long before = System.nanoTime();
          session.runner().fetch(corner).run().close();
          fastest = Math.min(fastest, (System.nanoTime() - before) * 1e-9);
        }
        return PRODUCTS * 2.0 * SIZE * SIZE * SIZE / fastest;
      }
    }
  }
}
