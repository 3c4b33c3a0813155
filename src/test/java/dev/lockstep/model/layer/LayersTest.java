package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Numbers worked out by hand. */
class LayersTest {
  @Test
  void layerNormBringsMeanAndDeviationToOffsetAndScale() {
    // Mean 2.5, variance 1.25; with the epsilon it is divided by the root of 2.
    try (LayerGraph graph =
        LayerGraph.evaluation(
            layers ->
                layers.layerNorm(
                    "norm", layers.tf().constant(new float[][] {{1, 2, 3, 4}}), 4, 0.75))) {
      assertThat(graph.output())
          .containsExactly(new float[] {-1.06066f, -0.35355f, 0.35355f, 1.06066f}, within(1e-5f));
      graph.set(
          Map.of(
              "image/norm/scale", new float[] {2, 2, 2, 2},
              "image/norm/offset", new float[] {1, 1, 1, 1}));
      assertThat(graph.output())
          .containsExactly(new float[] {-1.12132f, 0.29289f, 1.70711f, 3.12132f}, within(1e-5f));
    }
  }

  @Test
  void activationsOfMinusOneAndOne() {
    assertThat(evaluated(l -> l.activate(Activation.GELU, ofMinusOneAndOne(l))))
        .containsExactly(new float[] {-0.158655f, 0.841345f}, within(1e-6f)); // x Phi(x)
    assertThat(evaluated(l -> l.activate(Activation.QUICK_GELU, ofMinusOneAndOne(l))))
        .containsExactly(new float[] {-0.154204f, 0.845796f}, within(1e-6f)); // x / (1 + e^-1.702x)
    assertThat(evaluated(l -> l.activate(Activation.RELU, ofMinusOneAndOne(l))))
        .containsExactly(0, 1);
  }

  private static Operand<TFloat32> ofMinusOneAndOne(Layers layers) {
    return layers.tf().constant(new float[] {-1, 1});
  }

  @Test
  void equalScoresGiveTheMeanOfAllButPadding() {
    assertThat(evaluated(l -> attendedEqually(l, AttentionMask.padding(l.tf(), twoTokens(l.tf())))))
        .containsExactly(2, 2, 2);
  }

  @Test
  void causalAttentionSeesNothingThatComesLater() {
    assertThat(evaluated(l -> attendedEqually(l, AttentionMask.causal(l.tf(), three(l.tf())))))
        .containsExactly(1, 2, 5);
    assertThat(evaluated(l -> attendedEqually(l, AttentionMask.causal(l.tf(), twoTokens(l.tf())))))
        .containsExactly(1, 2, 2);
  }

  private static Operand<TInt32> twoTokens(Ops tf) {
    return tf.constant(new int[][] {{1, 1, 0}});
  }

  private static Operand<TInt32> three(Ops tf) {
    return tf.constant(new int[][] {{1, 1, 1}});
  }

  /** Three tokens of the values 1, 3, 11 and queries of 0. */
  private static Operand<TFloat32> attendedEqually(Layers layers, Operand<TFloat32> mask) {
    Operand<TFloat32> zeros = layers.tf().constant(new float[1][1][3][1]);
    Operand<TFloat32> values = layers.tf().constant(new float[][][][] {{{{1}, {3}, {11}}}});
    return Attention.mix(layers, zeros, zeros, values, 1, mask, 0);
  }

  @Test
  void attentionWeighsByTheScaledProduct() {
    // Of width 4, scores 2 ln 3 / 2 and 0: weights 3/4 and 1/4.
    float logarithm = (float) Math.log(3);
    assertThat(
            evaluated(
                l ->
                    Attention.mix(
                        l,
                        l.tf().constant(new float[][][][] {{{{2, 0, 0, 0}}}}),
                        l.tf().constant(new float[][][][] {{{{logarithm, 0, 0, 0}, {0, 5, 5, 5}}}}),
                        l.tf().constant(new float[][][][] {{{{4, 8, 0, 0}, {0, 4, 0, 4}}}}),
                        4,
                        null,
                        0)))
        .containsExactly(new float[] {3, 7, 0, 1}, within(1e-5f));
  }

  private static float[] evaluated(Function<Layers, Operand<TFloat32>> build) {
    try (LayerGraph graph = LayerGraph.evaluation(build)) {
      return graph.output();
    }
  }
}
