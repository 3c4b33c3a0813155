package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.layer.TransformerEncoder.Norm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** TensorFlow's gradients of each layer against central differences. */
class LayerGradientsTest {
  private static final float STEP = 1e-2f;
  private static final double TOLERANCE = 2e-3;

  private final Random random = new Random(7);

  @Test
  void dense() {
    assertGradients(layers -> layers.dense("dense", input(layers, 3, 4), 4, 2));
  }

  @Test
  void layerNorm() {
    assertGradients(layers -> layers.layerNorm("norm", input(layers, 3, 4), 4, 1e-5));
  }

  @Test
  void batchNormByTheBatch() {
    assertTrainingGradients(
        layers -> BatchNorm.apply(layers, "norm", input(layers, 2, 2, 3, 2), 2));
  }

  @Test
  void batchNormByRunningStatistics() {
    assertGradients(layers -> BatchNorm.apply(layers, "norm", input(layers, 2, 2, 3, 2), 2));
  }

  @ParameterizedTest
  @EnumSource
  void activation(Activation activation) {
    assertGradients(layers -> layers.activate(activation, input(layers, 3, 4)));
  }

  @Test
  void embedding() {
    assertGradients(
        layers ->
            layers.embedding("word", layers.tf().constant(new int[][] {{1, 3}, {3, 0}}), 4, 3));
  }

  @ParameterizedTest
  @EnumSource
  void transformerBlockWithPadding(Norm norm) {
    assertGradients(
        layers ->
            encoder(norm)
                .encode(
                    layers,
                    input(layers, 2, 3, 4),
                    AttentionMask.padding(layers.tf(), lastIsPadding(layers.tf()))));
  }

  @Test
  void causalTransformerBlock() {
    assertGradients(
        layers ->
            encoder(Norm.BEFORE)
                .encode(
                    layers,
                    input(layers, 2, 3, 4),
                    AttentionMask.causal(layers.tf(), lastIsPadding(layers.tf()))));
  }

  @Test
  void convolutionWithStride() {
    assertGradients(
        layers -> new Convolutions(layers).convolve("c", input(layers, 1, 4, 4, 2), 2, 2, 3, 2, 1));
  }

  @Test
  void convolutionOfPatches() {
    assertGradients(
        layers -> new Convolutions(layers).convolve("c", input(layers, 1, 4, 4, 2), 2, 2, 2, 2, 0));
  }

  @Test
  void averagePoolThatLeavesACellOver() {
    assertGradients(layers -> new Convolutions(layers).averagePool(input(layers, 1, 5, 5, 2), 2));
  }

  @Test
  void maxPool() {
    assertGradients(layers -> new Convolutions(layers).maxPoolOfRelu(input(layers, 1, 4, 4, 2)));
  }

  @Test
  void attentionPooling() {
    assertGradients(
        layers -> new AttentionPooling(2, 4, 2).pool(layers, input(layers, 2, 2, 2, 4)));
  }

  @Test
  void dropout() {
    assertTrainingGradients(layers -> layers.dropout("dropout", input(layers, 3, 4), 0.4));
  }

  @Test
  void dropPath() {
    assertTrainingGradients(layers -> layers.dropPath("path", input(layers, 4, 2, 2), 0.5));
  }

  @Test
  void patchDropout() {
    assertTrainingGradients(layers -> layers.dropPatches("patch", input(layers, 2, 4, 3), 4, 0.5));
  }

  private static TransformerEncoder encoder(Norm norm) {
    return new TransformerEncoder(
        new TransformerEncoder.Options(1, 4, 2, 5, Activation.GELU, norm, 1e-5, 0, 0, 0));
  }

  private static Operand<TInt32> lastIsPadding(Ops tf) {
    return tf.constant(new int[][] {{1, 1, 1}, {1, 1, 0}});
  }

  /** A variable, so that the gradient of the input is checked too. */
  private static Operand<TFloat32> input(Layers layers, long... shape) {
    return layers.undecayed("x", Shape.of(shape));
  }

  private void assertGradients(Function<Layers, Operand<TFloat32>> layer) {
    assertGradients(false, layer);
  }

  private void assertTrainingGradients(Function<Layers, Operand<TFloat32>> layer) {
    assertGradients(true, layer);
  }

  private void assertGradients(boolean training, Function<Layers, Operand<TFloat32>> layer) {
    int outputs;
    try (LayerGraph graph = LayerGraph.evaluation(layer)) {
      outputs = graph.output().length;
    }
    if (training) {
      try (LayerGraph graph = LayerGraph.training(3, layer)) {
        outputs = graph.output().length;
      }
    }
    float[] weights = draw(outputs);
    try (LayerGraph graph = LayerGraph.differentiated(training, layer, weights)) {
      Map<String, float[]> point = new LinkedHashMap<>();
      List<String> learned = new ArrayList<>();
      graph
          .variables()
          .forEach(
              (name, value) -> {
                boolean isVariance = name.endsWith("running-variance");
                point.put(name, isVariance ? value : draw(value.length));
                if (!name.contains("running-")) {
                  learned.add(name);
                }
              });
      graph.set(point);
      List<float[]> gradients = graph.gradients();
      assertThat(gradients).hasSameSizeAs(learned);
      for (int i = 0; i < learned.size(); i++) {
        assertClose(
            learned.get(i), gradients.get(i), differences(graph, point, learned.get(i), weights));
      }
    }
  }

  private static double[] differences(
      LayerGraph graph, Map<String, float[]> point, String name, float[] weights) {
    float[] values = point.get(name);
    double[] differences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      float here = values[i];
      values[i] = here + STEP;
      graph.set(point);
      double above = weighted(graph.output(), weights);
      values[i] = here - STEP;
      graph.set(point);
      differences[i] = (above - weighted(graph.output(), weights)) / (2 * STEP);
      values[i] = here;
    }
    return differences;
  }

  private static double weighted(float[] output, float[] weights) {
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += (double) output[i] * weights[i];
    }
    return sum;
  }

  private static void assertClose(String name, float[] actual, double[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(difference))
        .as("gradient of %s, whose norm is %s", name, Math.sqrt(norm))
        .isLessThan(TOLERANCE * Math.sqrt(norm) + 1e-4);
  }

  private float[] draw(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
