package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class Float64GraphTest {
  /** x ((10^8 + x) - 10^8) at 1: float32 has no 10^8 + 1. */
  @Test
  void whatFloat32RoundsAwayIsThereInValueAndGradient() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.math.add(tf.constant(0f), tf.constant(1f));
      Operand<TFloat32> large = tf.constant(1e8f);
      Operand<TFloat32> difference = tf.math.sub(tf.math.add(large, x), large);
      Operand<TFloat32> y = tf.math.mul(x, difference);
      Output<?> gradient =
          graph
              .addGradients(
                  "gradient", new Output<?>[] {y.asOutput()}, new Output<?>[] {x.asOutput()}, null)[
              0];
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(y).fetch(gradient).run()) {
        assertThat(((TFloat32) result.get(0)).getFloat()).isZero();
        assertThat(((TFloat32) result.get(1)).getFloat()).isEqualTo(1);
      }
      try (Float64Graph wide = new Float64Graph(graph);
          Session session = new Session(wide.graph());
          Result result = session.runner().fetch(wide.of(y)).fetch(wide.of(gradient)).run()) {
        assertThat(((TFloat64) result.get(0)).getDouble()).isEqualTo(1);
        assertThat(((TFloat64) result.get(1)).getDouble()).isEqualTo(2);
      }
    }
  }
}
