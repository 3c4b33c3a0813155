package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.input.Batch;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.objective.Objective;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * ViT and BERT against transformers' ChineseCLIPModel: the same weights and inputs give the same
 * embeddings, loss and gradients.
 */
class ChineseClipReferenceTest {
  private static final String FOLDER = "transformers-chinese-clip";
  private static final int BATCH = 5;
  private static final int TOKENS = 11;

  private static final ModelSpec SPEC =
      ModelSpec.from(
          Block.parse(
              """
              image { type = vit, patch = 4, hidden = 24, layers = 2, heads = 2, intermediate = 72 }
              text { type = bert, hidden = 48, layers = 3, heads = 4, intermediate = 56, positions = 18 }
              embedding = 28
              """),
          16,
          400,
          11);

  @Test
  void embeddingsLossAndGradientsAgree() {
    try (Graph graph = new Graph();
        SafetensorsFile outputs = Reference.open(FOLDER, "outputs")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      DualEncoder model = new DualEncoder(tf, variables, SPEC);
      Encoded encoded = encode(tf, model);
      Operand<TFloat32> loss = loss(tf, encoded);
      List<Variable> learned = variables.trainable();
      Output<?>[] gradients =
          graph.addGradients(
              "gradients",
              new Output<?>[] {loss.asOutput()},
              learned.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new),
              null);
      VariableValues values = new VariableValues(tf, learned);

      try (Session session = new Session(graph);
          SafetensorsFile weights = Reference.open(FOLDER, "model")) {
        values.set(session, converted(weights, learned));
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
          assertClose(floats(result, 0), outputs.floats("image_embeds"), 1e-5);
          assertClose(floats(result, 1), outputs.floats("text_embeds"), 1e-5);
          assertThat(floats(result, 2)[0] - outputs.floats("loss")[0]).isBetween(-1e-6f, 1e-6f);
          assertGradients(learned, result);
        }
      }
    }
  }

  private static void assertGradients(List<Variable> learned, Result result) {
    try (SafetensorsFile file = Reference.open(FOLDER, "gradients")) {
      Map<String, float[]> expected = converted(file, learned);
      for (int i = 0; i < learned.size(); i++) {
        float[] wanted = expected.get(learned.get(i).name());
        double difference = norm(difference(floats(result, 3 + i), wanted));
        assertThat(difference)
            .as("gradient of %s, whose norm is %s", learned.get(i).name(), norm(wanted))
            .isLessThanOrEqualTo(1e-4 * norm(wanted) + 1e-9);
      }
    }
  }

  private static Encoded encode(Ops tf, DualEncoder model) {
    try (SafetensorsFile inputs = Reference.open(FOLDER, "inputs")) {
      Operand<TFloat32> pixels =
          tf.constantOf(
              TFloat32.tensorOf(
                  Shape.of(BATCH, 16, 16, 3),
                  DataBuffers.of(Reference.channelsLast(inputs.floats("pixel_values"), BATCH, 3))));
      Tokens tokens =
          new Tokens(
              integers(tf, inputs.floats("input_ids")),
              integers(tf, inputs.floats("attention_mask")));
      LayerMode mode = LayerMode.evaluation(false);
      return model.encodePixels(pixels, tokens, mode, mode);
    }
  }

  private static Operand<TFloat32> loss(Ops tf, Encoded encoded) {
    Operand<TInt64> rows = tf.constant(new long[] {0, 1, 2, 3, 4});
    Objective infoNce = ObjectiveSpec.from(Block.parse("")).objective();
    return infoNce.loss(tf, encoded, new Batch(null, null, null, rows, rows, rows)).value();
  }

  private static Operand<TInt32> integers(Ops tf, float[] values) {
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return tf.constantOf(TInt32.tensorOf(Shape.of(BATCH, TOKENS), DataBuffers.of(integers)));
  }

  /** Weights, or gradients, of transformers in the form of Lockstep's variables. */
  private static Map<String, float[]> converted(SafetensorsFile file, List<Variable> variables) {
    Map<String, float[]> result = new LinkedHashMap<>();
    for (Variable variable : variables) {
      result.put(variable.name(), converted(file, variable));
    }
    return result;
  }

  private static float[] converted(SafetensorsFile file, Variable variable) {
    String name = variable.name();
    boolean image = name.startsWith("image/");
    String prefix = image ? "vision_model." : "text_model.";
    if (name.contains("/query-key-value/")) {
      return queryKeyValue(file, variable, image, prefix);
    }
    List<String[]> names = new ArrayList<>();
    names.add(new String[] {"shared/logit-scale", "logit_scale"});
    names.add(new String[] {"image/projection/kernel", "visual_projection.weight"});
    names.add(new String[] {"text/projection/kernel", "text_projection.weight"});
    names.add(
        new String[] {
          "image/patch-embedding/kernel", prefix + "embeddings.patch_embedding.weight"
        });
    names.add(new String[] {"image/class-embedding", prefix + "embeddings.class_embedding"});
    names.add(
        new String[] {"image/position-embedding", prefix + "embeddings.position_embedding.weight"});
    names.add(new String[] {"image/pre-norm", prefix + "pre_layrnorm"});
    names.add(new String[] {"image/post-norm", prefix + "post_layernorm"});
    names.add(
        new String[] {
          "image/encoder/(\\d)/attention/output", prefix + "encoder.layers.$1.self_attn.out_proj"
        });
    names.add(
        new String[] {
          "image/encoder/(\\d)/attention-norm", prefix + "encoder.layers.$1.layer_norm1"
        });
    names.add(
        new String[] {"image/encoder/(\\d)/mlp-norm", prefix + "encoder.layers.$1.layer_norm2"});
    names.add(new String[] {"image/encoder/(\\d)/mlp/up", prefix + "encoder.layers.$1.mlp.fc1"});
    names.add(new String[] {"image/encoder/(\\d)/mlp/down", prefix + "encoder.layers.$1.mlp.fc2"});
    names.add(
        new String[] {
          "text/embeddings/(word|position)", prefix + "embeddings.$1_embeddings.weight"
        });
    names.add(
        new String[] {
          "text/embeddings/segment", prefix + "embeddings.token_type_embeddings.weight"
        });
    names.add(new String[] {"text/embeddings/norm", prefix + "embeddings.LayerNorm"});
    names.add(
        new String[] {
          "text/encoder/(\\d)/attention/output", prefix + "encoder.layer.$1.attention.output.dense"
        });
    names.add(
        new String[] {
          "text/encoder/(\\d)/attention-norm",
          prefix + "encoder.layer.$1.attention.output.LayerNorm"
        });
    names.add(
        new String[] {"text/encoder/(\\d)/mlp-norm", prefix + "encoder.layer.$1.output.LayerNorm"});
    names.add(
        new String[] {"text/encoder/(\\d)/mlp/up", prefix + "encoder.layer.$1.intermediate.dense"});
    names.add(
        new String[] {"text/encoder/(\\d)/mlp/down", prefix + "encoder.layer.$1.output.dense"});
    names.add(new String[] {"/(kernel|scale)$", ".weight"});
    names.add(new String[] {"/(bias|offset)$", ".bias"});
    String theirs = name;
    for (String[] rule : names) {
      theirs = theirs.replaceFirst(rule[0], rule[1]);
    }
    float[] values = file.floats(theirs);
    Shape shape = variable.shape();
    if (!name.endsWith("/kernel")) {
      return values;
    }
    return shape.numDimensions() == 4
        ? Reference.kernel(values, (int) shape.size(3), (int) shape.size(2))
        : Reference.transposed(values, (int) shape.size(1), (int) shape.size(0));
  }

  private static float[] queryKeyValue(
      SafetensorsFile file, Variable variable, boolean image, String prefix) {
    String layer = variable.name().split("/")[2];
    String[] parts =
        image
            ? new String[] {"q_proj", "k_proj", "v_proj"}
            : new String[] {"query", "key", "value"};
    String in =
        prefix
            + (image
                ? "encoder.layers." + layer + ".self_attn."
                : "encoder.layer." + layer + ".attention.self.");
    boolean kernel = variable.name().endsWith("kernel");
    String end = kernel ? ".weight" : ".bias";
    float[] query = file.floats(in + parts[0] + end);
    float[] key = file.floats(in + parts[1] + end);
    float[] value = file.floats(in + parts[2] + end);
    int hidden = (int) variable.shape().size(0);
    return kernel
        ? Reference.sideBySide(query, key, value, hidden, hidden)
        : Reference.concatenated(query, key, value);
  }

  private static float[] floats(Result result, int index) {
    return VariableValues.floats((TFloat32) result.get(index));
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (float d : difference(actual, expected)) {
      assertThat(Math.abs(d)).isLessThanOrEqualTo((float) tolerance);
    }
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
