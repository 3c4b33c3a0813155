package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class OperationCounterTest {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void aProductIsTwoForEachOfItsMultiplications() {
    Operand<TFloat32> x = input(-1, 3);
    Operand<TFloat32> y = tf.linalg.matMul(x, tf.zeros(tf.array(3, 5), TFloat32.class));

    assertThat(count(7, y)).as("[7, 3] x [3, 5]: 7 * 3 * 5 * 2").isEqualTo(210);
  }

  @Test
  void aConvolutionIsAProductForEachCell() {
    Operand<TFloat32> grid = input(-1, 8, 8, 3);
    Operand<TFloat32> kernel = tf.zeros(tf.array(3, 3, 3, 4), TFloat32.class);
    Operand<TFloat32> y = tf.nn.conv2d(grid, kernel, List.of(1L, 2L, 2L, 1L), "SAME");

    assertThat(count(2, y)).as("2 * 4 * 4 cells, 3 * 3 * 3 * 4 * 2 each").isEqualTo(32 * 216);
  }

  @Test
  void anEinsumMultipliesAlongAllItsIndices() {
    Operand<TFloat32> x = input(-1, -1, 2, 4);
    Operand<TFloat32> scores = tf.linalg.einsum(List.of(x, x), "bqhd,bkhd->bhqk");

    assertThat(count(3, scores)).as("3 * 10 * 10 * 2 * 4 * 2").isEqualTo(4800);
  }

  @Test
  void aGradientCostsOnceForTheWeightsAndOnceForTheInput() {
    Operand<TFloat32> x = input(-1, 3);
    Operand<TFloat32> first = tf.zeros(tf.array(3, 5), TFloat32.class);
    Operand<TFloat32> second = tf.zeros(tf.array(5, 1), TFloat32.class);
    Operand<TFloat32> hidden = tf.linalg.matMul(x, first);
    Operand<TFloat32> loss = tf.nn.l2Loss(tf.linalg.matMul(hidden, second));
    Output<?>[] gradients =
        graph.addGradients(
            "all",
            new Output<?>[] {loss.asOutput()},
            new Output<?>[] {first.asOutput(), second.asOutput()},
            null);

    long forward = 10 * 3 * 5 * 2 + 10 * 5 * 2;
    assertThat(count(10, loss)).isEqualTo(forward);
    assertThat(count(10, loss, gradients[1]))
        .as("the last weights need their own gradient alone")
        .isEqualTo(forward + 10 * 5 * 2);
    assertThat(count(10, loss, gradients[0], gradients[1]))
        .as("the first weights need that of the hidden layer too")
        .isEqualTo(forward + 2 * 10 * 5 * 2 + 10 * 3 * 5 * 2);
  }

  @Test
  void aConvolutionsGradientsCostAsMuchAsItself() {
    Operand<TFloat32> grid = input(-1, 8, 8, 3);
    Operand<TFloat32> kernel = tf.zeros(tf.array(3, 3, 3, 4), TFloat32.class);
    Operand<TFloat32> loss =
        tf.nn.l2Loss(tf.nn.conv2d(grid, kernel, List.of(1L, 2L, 2L, 1L), "SAME"));
    Output<?>[] gradients =
        graph.addGradients(
            "both",
            new Output<?>[] {loss.asOutput()},
            new Output<?>[] {kernel.asOutput(), grid.asOutput()},
            null);

    assertThat(count(2, loss, gradients[0])).isEqualTo(2 * 6912);
    assertThat(count(2, loss, gradients[0], gradients[1])).isEqualTo(3 * 6912);
  }

  @Test
  void whatIsPickedByContentCountsWithAsManyAsAreSaid() {
    Operand<TFloat32> rows = tf.zeros(tf.array(20, 3), TFloat32.class);
    Operand<TInt64> places =
        tf.squeeze(
            tf.where(tf.math.greater(tf.zeros(tf.array(20), TFloat32.class), tf.constant(0f))),
            Squeeze.axis(List.of(1L)));
    Operand<TFloat32> picked = tf.gather(rows, places, tf.constant(0), new Gather.Options[0]);
    Operand<TFloat32> y = tf.linalg.matMul(picked, tf.zeros(tf.array(3, 5), TFloat32.class));

    assertThat(count(7, y)).as("[4, 3] x [3, 5]").isEqualTo(4 * 3 * 5 * 2);
  }

  @Test
  void whatNothingAsksForIsNotCounted() {
    Operand<TFloat32> x = input(-1, 3);
    Operand<TFloat32> used = tf.math.add(x, x);
    tf.linalg.matMul(x, tf.zeros(tf.array(3, 5), TFloat32.class));

    assertThat(count(7, used)).isZero();
  }

  @Test
  void aShapeThatNobodyKnowsIsSaid() {
    Operand<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.unknown()));
    Operand<TFloat32> y = tf.linalg.matMul(x, x);

    try (OperationCounter counter = new OperationCounter(graph, 7, 7, 10, 0)) {
      assertThat(counter.of(List.of(y))).isEmpty();
    }
  }

  private long count(long batch, Op... targets) {
    try (OperationCounter counter = new OperationCounter(graph, batch, batch, 10, 4)) {
      return counter.of(List.of(targets)).orElseThrow();
    }
  }

  private Operand<TFloat32> input(long... shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
  }
}
