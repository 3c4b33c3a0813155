package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.model.layer.TransformerEncoder.Norm;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class TransformerEncoderTest {
  private static final int HIDDEN = 4;

  @ParameterizedTest
  @EnumSource(Norm.class)
  void theFirstTokenAloneIsThatOfAllTokens(Norm norm) {
    TransformerEncoder encoder =
        new TransformerEncoder(
            new TransformerEncoder.Options(2, HIDDEN, 2, 8, Activation.GELU, norm, 1e-5, 0, 0, 0));
    float[] all =
        output(layers -> encoder.encode(layers, tokens(layers.tf()), padding(layers.tf())));
    float[] first =
        output(layers -> encoder.encodeFirst(layers, tokens(layers.tf()), padding(layers.tf())));
    assertThat(Arrays.copyOfRange(first, 0, HIDDEN))
        .containsExactly(Arrays.copyOfRange(all, 0, HIDDEN), within(1e-6f));
    assertThat(Arrays.copyOfRange(first, HIDDEN, first.length))
        .containsExactly(Arrays.copyOfRange(all, 3 * HIDDEN, 4 * HIDDEN), within(1e-6f));
  }

  private static float[] output(Function<Layers, Operand<TFloat32>> build) {
    try (LayerGraph graph = LayerGraph.evaluation(build)) {
      return graph.output();
    }
  }

  /** Two examples of three tokens. */
  private static Operand<TFloat32> tokens(Ops tf) {
    return tf.constant(
        new float[][][] {
          {{1, 2, 3, 5}, {2, 0, 1, 0}, {0, 4, 1, 1}}, {{3, 1, 2, 0}, {1, 1, 5, 0}, {2, 2, 0, 7}}
        });
  }

  private static Operand<TFloat32> padding(Ops tf) {
    return AttentionMask.padding(tf, tf.constant(new int[][] {{1, 1, 1}, {1, 1, 0}}));
  }
}
