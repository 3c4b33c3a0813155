package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Reference;
import dev.lockstep.model.Side;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.pretrained.ImportTable.Outcome;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Models that are built and filled from nothing but a published folder give the numbers of the
 * library that wrote it.
 */
class CheckpointReferenceTest {
  private static final LayerMode MODE = LayerMode.evaluation(false);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transformers-chinese-clip/model.safetensors",
        "transformers-clip/model.safetensors",
        "cn-clip-vit/checkpoint.pt",
        "cn-clip-rn50/model.safetensors"
      })
  void bothTowersGiveTheEmbeddingsOfTheLibrary(String weights) {
    String folder = weights.substring(0, weights.indexOf('/'));
    try (Checkpoint checkpoint = Checkpoint.open(Resources.path("references/" + weights));
        SafetensorsFile inputs = Reference.open(folder, "inputs");
        SafetensorsFile outputs = Reference.open(folder, "outputs");
        Graph graph = new Graph()) {
      ModelBlock block = ModelBlock.of(checkpoint);
      ModelSpec spec =
          ModelSpec.from(
              Block.parse(block.inside()),
              block.imageSize().orElseThrow(),
              block.positions().orElseThrow());
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Encoded encoded =
          new DualEncoder(tf, variables, spec, block.vocabulary().orElseThrow())
              .encodePixels(Reference.pixels(tf, inputs), Reference.tokens(tf, inputs), MODE, MODE);
      ImportPlan plan =
          CheckpointImporter.plan(
              checkpoint, variables.all(), Set.of(Side.IMAGE, Side.TEXT), List.of());

      assertThat(plan.variables()).hasSize(variables.all().size());
      assertThat(plan.table().leftOver())
          .allMatch(name -> name.endsWith("num_batches_tracked"), "a counter");
      assertThat(evaluated(graph, tf, variables, plan, encoded.imageEmbedding()))
          .containsExactly(outputs.floats("image_embeds"), within(1e-5f));
      assertThat(evaluated(graph, tf, variables, plan, encoded.textEmbedding()))
          .containsExactly(outputs.floats("text_embeds"), within(1e-5f));
    }
  }

  @Test
  void aViTAloneGivesItsClassToken() {
    float[] features =
        features(
            "transformers-vit/model.safetensors",
            Side.IMAGE,
            (block, layers, inputs) ->
                ModelSpec.imageTower(block.block("image"), 16)
                    .tower()
                    .features(layers, Reference.pixels(layers.tf(), inputs)));
    assertThat(features).containsExactly(firstTokens("transformers-vit", 48), within(1e-5f));
  }

  @Test
  void aResNetAloneGivesItsPooledGrid() {
    float[] features =
        features(
            "transformers-resnet/model.safetensors",
            Side.IMAGE,
            (block, layers, inputs) ->
                ModelSpec.imageTower(block.block("image"), 64)
                    .tower()
                    .features(layers, Reference.pixels(layers.tf(), inputs)));
    try (SafetensorsFile outputs = Reference.open("transformers-resnet", "outputs")) {
      assertThat(features).containsExactly(outputs.floats("pooler_output"), within(1e-5f));
    }
  }

  @Test
  void aBertAloneGivesItsClassToken() {
    float[] features =
        features(
            "transformers-bert/pytorch_model.bin",
            Side.TEXT,
            (block, layers, inputs) ->
                ModelSpec.textTower(block.block("text"), 11)
                    .tower(400)
                    .features(layers, Reference.tokens(layers.tf(), inputs)));
    assertThat(features).containsExactly(firstTokens("transformers-bert", 32), within(1e-5f));
  }

  private interface TowerBuilder {
    Operand<TFloat32> build(Block model, Layers layers, SafetensorsFile inputs);
  }

  private static float[] features(String weights, Side side, TowerBuilder builder) {
    String folder = weights.substring(0, weights.indexOf('/'));
    try (Checkpoint checkpoint = Checkpoint.open(Resources.path("references/" + weights));
        SafetensorsFile inputs = Reference.open(folder, "inputs");
        Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Operand<TFloat32> features =
          builder.build(
              Block.parse(ModelBlock.of(checkpoint).inside()),
              new Layers(tf, variables, MODE, side.label()),
              inputs);
      ImportPlan plan =
          CheckpointImporter.plan(checkpoint, variables.all(), Set.of(side), List.of());
      assertThat(plan.table().count(Outcome.MISSING)).isZero();
      return evaluated(graph, tf, variables, plan, features);
    }
  }

  private static float[] evaluated(
      Graph graph, Ops tf, Variables variables, ImportPlan plan, Operand<TFloat32> output) {
    VariableValues values = new VariableValues(tf, variables.all());
    Function<String, float[]> read = plan::value;
    try (Session session = new Session(graph)) {
      values.set(session, read);
      try (Result result = session.runner().fetch(output).run()) {
        return VariableValues.floats((TFloat32) result.get(0));
      }
    }
  }

  private static float[] firstTokens(String folder, int width) {
    try (SafetensorsFile outputs = Reference.open(folder, "outputs")) {
      float[] hidden = outputs.floats("last_hidden_state");
      int tokens = (int) outputs.shape("last_hidden_state").size(1);
      float[] first = new float[hidden.length / tokens];
      for (int i = 0; i < first.length; i++) {
        first[i] = hidden[i / width * tokens * width + i % width];
      }
      return first;
    }
  }
}
