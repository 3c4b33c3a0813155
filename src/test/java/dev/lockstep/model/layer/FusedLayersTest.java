package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/** Compared with the same layers as single operations, with TensorFlow's gradients. */
class FusedLayersTest {
  private static final float[][] X = {{1, 2, 3, 5}, {2, -1, 0.5f, 0}, {-3, 0.25f, 1, 1}};
  private static final float[][] WEIGHTS = {{1, -2, 3, 1}, {2, 0, 1, 5}, {1, 1, -4, 2}};

  @Test
  void layerNormHasTheValuesAndGradientsOfItsSingleOperations() {
    List<float[]> single =
        evaluated((tf, in) -> Layers.layerNorm(tf, in.get(0), in.get(1), in.get(2), 1e-5));
    List<float[]> fused =
        evaluated((tf, in) -> FusedLayers.layerNorm(tf, in.get(0), in.get(1), in.get(2), 1e-5));
    for (int i = 0; i < single.size(); i++) {
      assertThat(fused.get(i)).containsExactly(single.get(i), within(2e-5f));
    }
  }

  @Test
  void layerNormForAProductHasThemInBfloat16() {
    assertCloseInBfloat16(
        evaluated(
            (tf, in) ->
                tf.dtypes.cast(
                    FusedLayers.layerNormForProduct(tf, in.get(0), in.get(1), in.get(2), 1e-5),
                    TFloat32.class)),
        evaluated((tf, in) -> Layers.layerNorm(tf, in.get(0), in.get(1), in.get(2), 1e-5)));
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void anActivationHasTheValuesAndGradientsOfItsSingleOperations(Activation activation) {
    assertCloseInBfloat16(
        evaluated(
            (tf, in) ->
                tf.dtypes.cast(
                    FusedLayers.activate(
                        tf, activation, tf.dtypes.cast(in.get(0), TBfloat16.class), in.get(1)),
                    TFloat32.class)),
        evaluated((tf, in) -> activation.apply(tf, tf.math.add(in.get(0), in.get(1)))));
  }

  @Test
  void aBiasHasTheValuesAndGradientsOfASum() {
    assertCloseInBfloat16(
        evaluated(
            (tf, in) ->
                tf.dtypes.cast(
                    FusedLayers.bias(tf, tf.dtypes.cast(in.get(0), TBfloat16.class), in.get(1)),
                    TFloat32.class)),
        evaluated((tf, in) -> tf.math.add(in.get(0), in.get(1))));
  }

  /** Bfloat16 has 8 bits: half of the last is 1/512 of a number, and the weights go up to 5. */
  private static void assertCloseInBfloat16(List<float[]> fused, List<float[]> single) {
    for (int i = 0; i < single.size(); i++) {
      for (int k = 0; k < single.get(i).length; k++) {
        float expected = single.get(i)[k];
        assertThat(fused.get(i)[k]).isCloseTo(expected, within(0.02f + Math.abs(expected) / 200));
      }
    }
  }

  /** The value, and the gradients of its weighted sum to x and two vectors. */
  private static List<float[]> evaluated(
      BiFunction<Ops, List<Operand<TFloat32>>, Operand<TFloat32>> layer) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> in =
          List.of(
              tf.constant(X),
              tf.constant(new float[] {1, 0.5f, 2, -1}),
              tf.constant(new float[] {0, 1, 0.25f, 3}));
      Operand<TFloat32> y = layer.apply(tf, in);
      // Each input counts by itself too, so that the loss depends on those the layer does not take.
      Operand<TFloat32> loss =
          tf.sum(tf.math.mul(y, tf.constant(WEIGHTS)), tf.constant(new int[] {0, 1}));
      for (Operand<TFloat32> input : in) {
        loss =
            tf.math.add(
                loss, tf.sum(tf.reshape(input, tf.constant(new int[] {-1})), tf.constant(0)));
      }
      Output<?>[] gradients =
          graph.addGradients(
              loss.asOutput(), in.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
      List<float[]> values = new ArrayList<>();
      try (Session session = new Session(graph);
          Result result =
              session
                  .runner()
                  .fetch(y)
                  .fetch(gradients[0])
                  .fetch(gradients[1])
                  .fetch(gradients[2])
                  .run()) {
        for (int i = 0; i < 4; i++) {
          values.add(VariableValues.floats((TFloat32) result.get(i)));
        }
      }
      return values;
    }
  }
}
