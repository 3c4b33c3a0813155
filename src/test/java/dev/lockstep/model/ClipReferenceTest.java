package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.input.Batch;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.objective.PairObjective;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Whole models against transformers and the original Chinese-CLIP: the same weights and inputs give
 * the same embeddings, loss and gradients.
 */
class ClipReferenceTest {
  /** The gradient of a key's bias is 0 but for rounding: softmax does not see it. */
  private static final double ROUNDING = 1e-8;

  /** Of a gradient's norm. */
  private static final double CLOSE = 1e-4;

  /**
   * Five images whose embeddings differ in the fourth digit only: float32 keeps this much of their
   * loss's gradients. {@code AgreeCommandTest} holds them to 1e-6, in float64.
   */
  private static final double CLOSE_FOR_ALIKE_IMAGES = 5e-4;

  private static final int VOCABULARY = 400;
  private static final int CONTEXT = 11;

  @Test
  void chineseClipOfTransformersAgrees() {
    assertAgrees(
        "transformers-chinese-clip",
        Layout.TRANSFORMERS_CHINESE_CLIP,
        16,
        CLOSE,
        """
        image { type = vit, patch = 4, hidden = 24, layers = 2, heads = 2, intermediate = 72 }
        text { type = bert, hidden = 48, layers = 3, heads = 4, intermediate = 56, positions = 18 }
        embedding = 28
        """);
  }

  @Test
  void clipOfTransformersAgrees() {
    assertAgrees(
        "transformers-clip",
        Layout.TRANSFORMERS_CLIP,
        16,
        CLOSE,
        """
        image { type = vit, patch = 4, hidden = 32, layers = 2, heads = 2, intermediate = 72 }
        text {
          type = causal-transformer, hidden = 24, layers = 2, heads = 2, intermediate = 56
          positions = 11, pooling = end-of-text, end-of-text = 399
        }
        embedding = 28
        """);
  }

  @Test
  void originalChineseClipAgreesWithAViT() {
    assertAgrees(
        "cn-clip-vit",
        Layout.CN_CLIP_VIT,
        16,
        CLOSE,
        """
        image { type = vit, patch = 4, hidden = 64, layers = 2, heads = 4 }
        text { type = bert, hidden = 32, layers = 3, heads = 4, intermediate = 100, positions = 18 }
        embedding = 28
        """);
  }

  @Test
  void originalChineseClipAgreesWithAModifiedResNet() {
    assertAgrees(
        "cn-clip-rn50",
        Layout.CN_CLIP_RESNET,
        64,
        CLOSE_FOR_ALIKE_IMAGES,
        """
        image { type = modified-resnet, width = 8, depths = [1, 2, 1, 1] }
        text { type = bert, hidden = 32, layers = 3, heads = 4, intermediate = 100, positions = 18 }
        embedding = 28
        """);
  }

  private static void assertAgrees(
      String folder, Layout layout, int imageSize, double close, String model) {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open(folder, "inputs");
        SafetensorsFile weights = Reference.open(folder, "model");
        SafetensorsFile outputs = Reference.open(folder, "outputs")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      ModelSpec spec = ModelSpec.from(Block.parse(model), imageSize, CONTEXT);
      LayerMode mode = LayerMode.evaluation(false);
      Encoded encoded =
          new DualEncoder(tf, variables, spec, VOCABULARY)
              .encodePixels(Reference.pixels(tf, inputs), Reference.tokens(tf, inputs), mode, mode);
      Operand<TFloat32> loss = loss(tf, encoded);
      List<Variable> learned = variables.trainable();
      Output<?>[] gradients =
          graph.addGradients(
              "gradients",
              new Output<?>[] {loss.asOutput()},
              learned.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new),
              null);
      VariableValues values = new VariableValues(tf, variables.all());
      try (Session session = new Session(graph)) {
        values.set(session, layout.read(weights, variables.all()));
        Session.Runner runner =
            session
                .runner()
                .fetch(encoded.imageEmbedding())
                .fetch(encoded.textEmbedding())
                .fetch(loss);
        for (Output<?> gradient : gradients) {
          runner.fetch(gradient);
        }
        try (Result result = runner.run()) {
          assertThat(floats(result, 0))
              .containsExactly(outputs.floats("image_embeds"), within(1e-5f));
          assertThat(floats(result, 1))
              .containsExactly(outputs.floats("text_embeds"), within(1e-5f));
          assertThat(floats(result, 2)).containsExactly(outputs.floats("loss"), within(1e-6f));
          assertGradients(folder, layout, learned, result, close);
        }
      }
    }
  }

  private static void assertGradients(
      String folder, Layout layout, List<Variable> learned, Result result, double close) {
    try (SafetensorsFile file = Reference.open(folder, "gradients")) {
      Map<String, float[]> expected = layout.read(file, learned);
      for (int i = 0; i < learned.size(); i++) {
        float[] wanted = expected.get(learned.get(i).name());
        assertThat(norm(difference(floats(result, 3 + i), wanted)))
            .as("gradient of %s, whose norm is %s", learned.get(i).name(), norm(wanted))
            .isLessThanOrEqualTo(close * norm(wanted) + ROUNDING);
      }
    }
  }

  private static Operand<TFloat32> loss(Ops tf, Encoded encoded) {
    Operand<TInt64> rows = tf.constant(new long[] {0, 1, 2, 3, 4});
    PairObjective infoNce = (PairObjective) ObjectiveSpec.from(Block.parse("")).objective();
    return infoNce.loss(tf, encoded, new Batch(null, null, null, rows, rows, rows)).value();
  }

  private static float[] floats(Result result, int index) {
    return VariableValues.floats((TFloat32) result.get(index));
  }

  private static float[] difference(float[] a, float[] b) {
    float[] d = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      d[i] = a[i] - b[i];
    }
    return d;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }
}
