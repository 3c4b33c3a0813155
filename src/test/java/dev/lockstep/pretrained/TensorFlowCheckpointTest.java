package dev.lockstep.pretrained;

import static dev.lockstep.pretrained.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** Checkpoints that TensorFlow itself wrote, and damaged ones. */
class TensorFlowCheckpointTest {
  @TempDir Path folder;
  private Path prefix;

  /** More names than fit in one block of the index, many with a common beginning. */
  @BeforeEach
  void write() {
    Map<String, Operand<?>> tensors = new LinkedHashMap<>();
    prefix = folder.resolve("bert_model.ckpt");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      for (int layer = 0; layer < 100; layer++) {
        String name = "bert/encoder/layer_" + layer + "/attention/output/LayerNorm/";
        tensors.put(name + "gamma", tf.constant(new float[] {layer, -1}));
        tensors.put(name + "beta", tf.constant(new float[] {layer + 0.5f}));
      }
      tensors.put("table", tf.constant(new float[][] {{1, 2, 3}, {4, 5, 6}}));
      tensors.put("scalar", tf.constant(7f));
      tensors.put("half", tf.dtypes.cast(tf.constant(0.5f), TFloat16.class));
      tensors.put("global_step", tf.constant(3_000_000L));
      tensors.put("comment", tf.constant("not a number"));
      save(tf, graph, tensors);
    }
  }

  private void save(Ops tf, Graph graph, Map<String, Operand<?>> tensors) {
    String[] names = tensors.keySet().toArray(new String[0]);
    Operand<TString> all = tf.constant(NdArrays.vectorOfObjects(names));
    String[] whole = new String[names.length];
    Arrays.fill(whole, "");
    try (Session session = new Session(graph)) {
      session
          .runner()
          .addTarget(
              tf.train.save(
                  tf.constant(prefix.toString()),
                  all,
                  tf.constant(NdArrays.vectorOfObjects(whole)),
                  new ArrayList<>(tensors.values())))
          .run()
          .close();
    }
  }

  @Test
  void tensorsAreReadFromTheirPlaces() {
    for (Path path : List.of(prefix, Path.of(prefix + ".index"))) {
      try (WeightFile file = WeightFile.open(path)) {
        assertThat(file.names()).hasSize(204).doesNotContain("comment", "");
        assertThat(file.shape("table")).isEqualTo(Shape.of(2, 3));
        assertThat(file.floats("table")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(file.floats("scalar")).containsExactly(7);
        assertThat(file.floats("half")).containsExactly(0.5f);
        assertThat(file.floats("global_step")).containsExactly(3_000_000);
        assertThat(file.floats("bert/encoder/layer_73/attention/output/LayerNorm/gamma"))
            .containsExactly(73, -1);
        assertThat(file.floats("bert/encoder/layer_9/attention/output/LayerNorm/beta"))
            .containsExactly(9.5f);
      }
    }
  }

  @Test
  void anIndexThatIsCutOrChangedAnywhere() throws IOException {
    Path index = Path.of(prefix + ".index");
    byte[] whole = Files.readAllBytes(index);
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(index, Arrays.copyOf(whole, length));
      assertRefused(index, "it");
    }
    // The footer's padding means nothing.
    for (int at = 0; at < whole.length - 40; at += 61) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x55;
      Files.write(index, changed);
      assertRefused(index, "");
    }
  }

  @Test
  void aDataFileThatIsCutOrMissing() throws IOException {
    Path data = Path.of(prefix + ".data-00000-of-00001");
    byte[] whole = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> WeightFile.open(prefix))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining("beyond the file's");
    Files.delete(data);
    assertThatThrownBy(() -> WeightFile.open(prefix))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no such file");
  }

  /** The weights of transformers' model under google's names, kernels [in, out] as there. */
  @Test
  void googlesBertGivesTheVariablesOfTransformersBert() {
    try (Checkpoint transformers = Checkpoint.open(Resources.path("references/transformers-bert"));
        Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Map<String, Operand<?>> google = new TreeMap<>();
      for (String name : transformers.names()) {
        google.put(googles(name), tensor(tf, transformers, name));
      }
      prefix = folder.resolve("google").resolve("bert_model.ckpt");
      save(tf, graph, google);

      Map<String, Shape> variables = bertVariables();
      ImportPlan expected =
          CheckpointImporter.plan(transformers, variables, Set.of(Side.TEXT), List.of());
      try (Checkpoint checkpoint = Checkpoint.open(prefix.getParent())) {
        ImportPlan plan =
            CheckpointImporter.plan(checkpoint, variables, Set.of(Side.TEXT), List.of());
        assertThat(plan.variables()).containsExactlyElementsOf(variables.keySet());
        for (String variable : variables.keySet()) {
          assertThat(plan.value(variable)).as(variable).isEqualTo(expected.value(variable));
        }
        assertThat(ModelBlock.of(checkpoint).inside())
            .contains("layers = 2", "hidden = 32", "intermediate = 72", "positions = 14");
      }
    }
  }

  private static Operand<TFloat32> tensor(Ops tf, Checkpoint checkpoint, String name) {
    Operand<TFloat32> flat = tf.constant(checkpoint.floats(name));
    Operand<TFloat32> shaped = tf.reshape(flat, tf.constant(checkpoint.shape(name).asArray()));
    return name.endsWith("dense.weight") || name.contains(".self.") && name.endsWith("weight")
        ? tf.linalg.transpose(shaped, tf.constant(new int[] {1, 0}))
        : shaped;
  }

  private static String googles(String name) {
    return "bert/"
        + name.replaceAll("layer\\.(\\d+)", "layer_$1")
            .replace("_embeddings.weight", "_embeddings")
            .replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta")
            .replaceAll("\\.weight$", ".kernel")
            .replace('.', '/');
  }

  private static Map<String, Shape> bertVariables() {
    Map<String, Shape> variables = new LinkedHashMap<>();
    variables.put("text/embeddings/word", Shape.of(400, 32));
    variables.put("text/embeddings/position", Shape.of(14, 32));
    variables.put("text/embeddings/segment", Shape.of(2, 32));
    variables.put("text/embeddings/norm/scale", Shape.of(32));
    variables.put("text/embeddings/norm/offset", Shape.of(32));
    for (String layer : List.of("text/encoder/0/", "text/encoder/1/")) {
      variables.put(layer + "attention/query-key-value/kernel", Shape.of(32, 96));
      variables.put(layer + "attention/query-key-value/bias", Shape.of(96));
      variables.put(layer + "attention/output/kernel", Shape.of(32, 32));
      variables.put(layer + "attention-norm/offset", Shape.of(32));
      variables.put(layer + "mlp/up/kernel", Shape.of(32, 72));
      variables.put(layer + "mlp/down/kernel", Shape.of(72, 32));
      variables.put(layer + "mlp-norm/scale", Shape.of(32));
    }
    variables.put("text/pooler/kernel", Shape.of(32, 32));
    variables.put("text/pooler/bias", Shape.of(32));
    return variables;
  }
}
