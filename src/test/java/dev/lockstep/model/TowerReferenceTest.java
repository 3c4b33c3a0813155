package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Single towers against transformers' models of the same weights. */
class TowerReferenceTest {
  private static final int VOCABULARY = 400;
  private static final String VIT =
      "type = vit, style = google, patch = 4, hidden = 48, layers = 2, heads = 4, intermediate = 72";
  private static final String BERT =
      "type = bert, hidden = 32, layers = 2, heads = 2, intermediate = 72, positions = 14";

  @Test
  void bottleneckResNetAgrees() {
    assertThat(
            imageFeatures(
                "transformers-resnet",
                Layout.TRANSFORMERS_RESNET,
                64,
                "type = resnet, stem = imagenet, block = bottleneck, stem-width = 8,"
                    + " widths = [4, 8, 12, 16], depths = [1, 2, 1, 2]"))
        .containsExactly(output("transformers-resnet", "pooler_output"), within(1e-5f));
  }

  @Test
  void visionTransformerHasItsHiddenStates() {
    assertThat(
            evaluated(
                "transformers-vit",
                Layout.TRANSFORMERS_VIT,
                (layers, inputs) ->
                    ((VisionTransformer) ModelSpec.imageTower(Block.parse(VIT), 16).tower())
                        .hiddenStates(layers.in("image"), Reference.pixels(layers.tf(), inputs))))
        .containsExactly(output("transformers-vit", "last_hidden_state"), within(1e-5f));
  }

  @Test
  void visionTransformerPoolsByTheClassToken() {
    float[] hidden = output("transformers-vit", "last_hidden_state");
    assertThat(imageFeatures("transformers-vit", Layout.TRANSFORMERS_VIT, 16, VIT))
        .containsExactly(mean(hidden, 17, 48, 0, new int[] {1, 1, 1, 1, 1}), within(1e-5f));
  }

  @Test
  void visionTransformerPoolsByTheMeanOfItsPatches() {
    float[] hidden = output("transformers-vit", "last_hidden_state");
    assertThat(
            imageFeatures(
                "transformers-vit", Layout.TRANSFORMERS_VIT, 16, VIT + ", pooling = mean"))
        .containsExactly(mean(hidden, 17, 48, 1, new int[] {17, 17, 17, 17, 17}), within(1e-5f));
  }

  @Test
  void bertHasItsHiddenStates() {
    assertThat(
            evaluated(
                "transformers-bert",
                Layout.TRANSFORMERS_BERT,
                (layers, inputs) ->
                    ((Bert) ModelSpec.textTower(Block.parse(BERT), 11).tower(VOCABULARY))
                        .hiddenStates(layers.in("text"), Reference.tokens(layers.tf(), inputs))))
        .containsExactly(output("transformers-bert", "last_hidden_state"), within(1e-5f));
  }

  @Test
  void bertPoolsByItsPooler() {
    assertThat(textFeatures(BERT + ", pooling = pooler"))
        .containsExactly(output("transformers-bert", "pooler_output"), within(1e-5f));
  }

  @Test
  void bertPoolsByTheMeanOfAllButPadding() {
    int[] lengths = {9, 3, 10, 7, 6};
    assertThat(textFeatures(BERT + ", pooling = mean"))
        .containsExactly(
            mean(output("transformers-bert", "last_hidden_state"), 11, 32, 0, lengths),
            within(1e-5f));
  }

  private static float[] imageFeatures(String folder, Layout layout, int size, String tower) {
    return evaluated(
        folder,
        layout,
        (layers, inputs) ->
            ModelSpec.imageTower(Block.parse(tower), size)
                .tower()
                .features(layers.in("image"), Reference.pixels(layers.tf(), inputs)));
  }

  private static float[] textFeatures(String tower) {
    return evaluated(
        "transformers-bert",
        Layout.TRANSFORMERS_BERT,
        (layers, inputs) ->
            ModelSpec.textTower(Block.parse(tower), 11)
                .tower(VOCABULARY)
                .features(layers.in("text"), Reference.tokens(layers.tf(), inputs)));
  }

  private static float[] evaluated(
      String folder,
      Layout layout,
      BiFunction<LayersOf, SafetensorsFile, Operand<TFloat32>> build) {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open(folder, "inputs");
        SafetensorsFile weights = Reference.open(folder, "model")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Operand<TFloat32> output = build.apply(new LayersOf(tf, variables), inputs);
      VariableValues values = new VariableValues(tf, variables.all());
      try (Session session = new Session(graph)) {
        values.set(session, layout.read(weights, variables.all()));
        try (Result result = session.runner().fetch(output).run()) {
          return VariableValues.floats((TFloat32) result.get(0));
        }
      }
    }
  }

  /** Where to build a tower of either side. */
  private record LayersOf(Ops tf, Variables variables) {
    Layers in(String side) {
      return new Layers(tf, variables, LayerMode.evaluation(false), side);
    }
  }

  private static float[] output(String folder, String name) {
    try (SafetensorsFile outputs = Reference.open(folder, "outputs")) {
      return outputs.floats(name);
    }
  }

  /** The mean over some tokens of [batch, tokens, width]; those from {@code begin} to each end. */
  private static float[] mean(float[] hidden, int tokens, int width, int begin, int[] ends) {
    float[] means = new float[ends.length * width];
    for (int i = 0; i < means.length; i++) {
      int example = i / width;
      double sum = 0;
      for (int t = begin; t < ends[example]; t++) {
        sum += hidden[(example * tokens + t) * width + i % width];
      }
      means[i] = (float) (sum / (ends[example] - begin));
    }
    return means;
  }
}
