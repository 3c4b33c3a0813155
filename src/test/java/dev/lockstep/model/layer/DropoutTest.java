package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.model.layer.TransformerEncoder.Norm;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

class DropoutTest {
  private static final int VALUES = 10_000;

  @Test
  void keptValuesAreScaledSoThatTheMeanStays() {
    float[] values = trained(1, layers -> layers.dropout("a", ones(layers), 0.3));
    Set<Float> distinct = new TreeSet<>();
    double sum = 0;
    for (float value : values) {
      distinct.add(value);
      sum += value;
    }
    assertThat(distinct).containsExactly(0f, 1 / 0.7f);
    // The mean's deviation is sqrt(0.3 / 0.7 / 10,000) = 0.0065.
    assertThat(sum / VALUES).isCloseTo(1, within(0.03));
  }

  @Test
  void dependsOnStepAndPlaceAlone() {
    float[] values = trained(1, layers -> layers.dropout("a", ones(layers), 0.3));
    assertThat(trained(1, layers -> layers.dropout("a", ones(layers), 0.3))).isEqualTo(values);
    assertThat(trained(2, layers -> layers.dropout("a", ones(layers), 0.3))).isNotEqualTo(values);
    assertThat(trained(1, layers -> layers.dropout("b", ones(layers), 0.3))).isNotEqualTo(values);
  }

  @Test
  void evaluationDropsNothing() {
    try (LayerGraph graph =
        LayerGraph.evaluation(
            layers ->
                layers.dropPatches(
                    "c",
                    layers.dropPath("b", layers.dropout("a", patches(layers), 0.3), 0.3),
                    4,
                    0.5))) {
      assertThat(graph.output()).containsExactly(0, 1, 2, 3, 10, 11, 12, 13);
    }
  }

  @Test
  void dropPathLeavesOutAllOfAnExampleOrNothing() {
    float[] values =
        trained(
            1,
            layers ->
                layers.dropPath(
                    "a",
                    layers.tf().reshape(ones(layers), layers.tf().constant(new int[] {-1, 5, 2})),
                    0.25));
    int dropped = 0;
    for (int example = 0; example < VALUES / 10; example++) {
      float first = values[example * 10];
      assertThat(Arrays.copyOfRange(values, example * 10, example * 10 + 10)).containsOnly(first);
      assertThat(first).isIn(0f, 1 / 0.75f);
      dropped += first == 0 ? 1 : 0;
    }
    assertThat(dropped).isBetween(180, 320); // 250 expected, deviation 14
  }

  @Test
  void dropPathGrowsWithDepth() {
    TransformerEncoder.Options options =
        new TransformerEncoder.Options(4, 8, 2, 8, Activation.GELU, Norm.BEFORE, 1e-5, 0, 0, 0.3);
    assertThat(new double[] {0, 1, 2, 3})
        .satisfies(
            layers -> {
              for (double layer : layers) {
                assertThat(options.dropPath((int) layer)).isCloseTo(layer / 10, within(1e-12));
              }
            });
  }

  @Test
  void patchDropoutKeepsAShareOfEachExamplesPatches() {
    Set<Set<Float>> kept = new java.util.HashSet<>();
    for (int step = 0; step < 20; step++) {
      float[] values = trained(step, layers -> layers.dropPatches("a", patches(layers), 4, 0.5));
      assertThat(values).hasSize(4).doesNotHaveDuplicates();
      assertThat(values[0]).isIn(0f, 1f, 2f, 3f);
      assertThat(values[1]).isIn(0f, 1f, 2f, 3f);
      assertThat(values[2]).isIn(10f, 11f, 12f, 13f);
      assertThat(values[3]).isIn(10f, 11f, 12f, 13f);
      kept.add(Set.of(values[0], values[1]));
    }
    assertThat(kept).as("choices of two out of four, of which there are six").hasSizeGreaterThan(3);
  }

  @Test
  void patchDropoutKeepsOneAtLeast() {
    assertThat(trained(1, layers -> layers.dropPatches("a", patches(layers), 4, 0.99))).hasSize(2);
  }

  private static Operand<TFloat32> ones(Layers layers) {
    float[] ones = new float[VALUES];
    Arrays.fill(ones, 1);
    return layers.tf().constant(ones);
  }

  /** Two examples of four patches of width 1. */
  private static Operand<TFloat32> patches(Layers layers) {
    return layers.tf().constant(new float[][][] {{{0}, {1}, {2}, {3}}, {{10}, {11}, {12}, {13}}});
  }

  private static float[] trained(long step, Function<Layers, Operand<TFloat32>> build) {
    try (LayerGraph graph = LayerGraph.training(step, build)) {
      return graph.output();
    }
  }
}
