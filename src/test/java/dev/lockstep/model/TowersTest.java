package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What holds for every tower, whatever its numbers. */
class TowersTest {
  private static final String VIT = "type = vit, patch = 8, hidden = 16, layers = 2, heads = 2";
  private static final String GOOGLE_VIT = VIT + ", style = google, pooling = mean";
  private static final String RESNET =
      "type = resnet, block = bottleneck, stem-width = 8, depths = [1, 1]";
  private static final String MODIFIED_RESNET =
      "type = modified-resnet, width = 8, depths = [1, 1], heads = 4";
  private static final String BERT = "type = bert, hidden = 16, layers = 2, heads = 2";
  private static final String CAUSAL =
      "type = causal-transformer, hidden = 16, layers = 2, heads = 2";
  private static final int SIDE = 32;
  private static final int VOCABULARY = 20;
  private static final int[] TEXT = {2, 9, 14, 3};

  @ParameterizedTest
  @ValueSource(
      strings = {
        BERT,
        BERT + ", pooling = mean",
        BERT + ", pooling = pooler",
        CAUSAL,
        CAUSAL + ", pooling = highest-id",
        CAUSAL + ", pooling = end-of-text, end-of-text = 3"
      })
  void morePaddingChangesNothing(String tower) {
    float[] expected = text(tower + ", positions = 6", new int[][] {TEXT});
    // Beyond the 6 positions too: batches are padded to a round number of tokens.
    for (int length : new int[] {5, 6, 8}) {
      assertThat(text(tower + ", positions = 6", new int[][] {Arrays.copyOf(TEXT, length)}))
          .containsExactly(expected, within(1e-6f));
    }
  }

  @Test
  void aCausalTransformerStandsAtTheEndOfTheText() {
    int[][] text = {{2, 9, 14, 3, 0, 0}};
    float[] last = text(CAUSAL, text);
    assertThat(text(CAUSAL + ", pooling = end-of-text, end-of-text = 3", text)).isEqualTo(last);
    float[] atHighest = text(CAUSAL + ", pooling = highest-id", text);
    assertThat(atHighest).isNotEqualTo(last);
    assertThat(text(CAUSAL + ", pooling = end-of-text, end-of-text = 14", text))
        .isEqualTo(atHighest);
  }

  @ParameterizedTest
  @ValueSource(strings = {VIT, GOOGLE_VIT, RESNET, MODIFIED_RESNET})
  void imageTowersInBfloat16AreCloseToFloat32(String tower) {
    float[] exact = run(image(tower, tf -> LayerMode.evaluation(false))).get(0);
    float[] rounded = run(image(tower, tf -> LayerMode.evaluation(true))).get(0);
    assertThat(rounded).isNotEqualTo(exact);
    assertThat(cosine(exact, rounded)).isGreaterThan(0.999);
  }

  @ParameterizedTest
  @ValueSource(strings = {BERT, CAUSAL})
  void textTowersInBfloat16AreCloseToFloat32(String tower) {
    float[] exact = text(tower, new int[][] {TEXT});
    float[] rounded = run(text(tower, new int[][] {TEXT}, LayerMode.evaluation(true))).get(0);
    assertThat(rounded).isNotEqualTo(exact);
    assertThat(cosine(exact, rounded)).isGreaterThan(0.999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        VIT + ", patch-dropout = 0.5, drop-path = 0.5, dropout = 0.1",
        GOOGLE_VIT,
        RESNET,
        MODIFIED_RESNET
      })
  void imageTowersLearnInEitherPrecision(String tower) {
    for (boolean bfloat16 : new boolean[] {false, true}) {
      List<float[]> all = run(image(tower, tf -> LayerMode.training(tf.constant(1L), bfloat16)));
      assertThat(all.size()).isGreaterThan(1);
      assertThat(all).allSatisfy(values -> assertThat(norm(values)).isFinite());
      assertThat(norm(all.get(1))).as("gradient of the first kernel").isPositive();
    }
  }

  @Test
  void whatTrainingLeavesOutIsThereInEvaluation() {
    String dropping = VIT + ", patch-dropout = 0.5, drop-path = 0.5, dropout = 0.1";
    assertThat(run(image(dropping, tf -> LayerMode.evaluation(false))).get(0))
        .isEqualTo(run(image(VIT, tf -> LayerMode.evaluation(false))).get(0));
    assertThat(run(image(dropping, tf -> LayerMode.training(tf.constant(1L), false))).get(0))
        .isNotEqualTo(run(image(VIT, tf -> LayerMode.training(tf.constant(1L), false))).get(0));
  }

  /** Two examples of noise through a tower. */
  private static Function<Scene, Operand<TFloat32>> image(
      String tower, Function<Ops, LayerMode> mode) {
    float[] noise = new float[2 * SIDE * SIDE * 3];
    Random random = new Random(3);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return scene ->
        ModelSpec.imageTower(Block.parse(tower), SIDE)
            .tower()
            .features(
                new Layers(scene.tf(), scene.variables(), mode.apply(scene.tf()), "image"),
                scene
                    .tf()
                    .constantOf(
                        TFloat32.tensorOf(Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(noise))));
  }

  private static float[] text(String tower, int[][] ids) {
    return run(text(tower, ids, LayerMode.evaluation(false))).get(0);
  }

  private static Function<Scene, Operand<TFloat32>> text(
      String tower, int[][] ids, LayerMode mode) {
    int[][] mask = new int[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      mask[i] = Arrays.stream(ids[i]).map(id -> id == 0 ? 0 : 1).toArray();
    }
    return scene ->
        ModelSpec.textTower(Block.parse(tower), 6)
            .tower(VOCABULARY)
            .features(
                new Layers(scene.tf(), scene.variables(), mode, "text"),
                new Tokens(scene.tf().constant(ids), scene.tf().constant(mask)));
  }

  private record Scene(Ops tf, Variables variables) {}

  /** The features, then the gradients of their squares' sum. */
  private static List<float[]> run(Function<Scene, Operand<TFloat32>> build) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Operand<TFloat32> features = build.apply(new Scene(tf, variables));
      Output<?>[] gradients =
          graph.addGradients(
              tf.nn.l2Loss(features).asOutput(),
              variables.trainable().stream()
                  .filter(v -> v.name().endsWith("/kernel"))
                  .map(v -> v.value().asOutput())
                  .toArray(Output<?>[]::new));
      try (Session session = new Session(graph)) {
        session.runner().addTarget(variables.initializer()).run().close();
        Session.Runner runner = session.runner().fetch(features);
        Arrays.asList(gradients).forEach(runner::fetch);
        List<float[]> all = new ArrayList<>();
        try (Result result = runner.run()) {
          for (int i = 0; i <= gradients.length; i++) {
            all.add(VariableValues.floats((TFloat32) result.get(i)));
          }
        }
        return all;
      }
    }
  }

  private static double norm(float[] values) {
    return Math.sqrt(dot(values, values));
  }

  private static double cosine(float[] a, float[] b) {
    return dot(a, b) / norm(a) / norm(b);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
