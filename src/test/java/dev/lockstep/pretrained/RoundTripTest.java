package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Reference;
import dev.lockstep.model.Side;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.pretrained.layout.LayoutTensors;
import dev.lockstep.tensorflow.Variables;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/** A checkpoint that is imported and written again in its own layout is the same, bit for bit. */
class RoundTripTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"transformers-chinese-clip", "transformers-clip", "cn-clip-vit", "cn-clip-rn50"})
  void whatIsWrittenIsWhatWasRead(String name) {
    Path copy = folder.resolve("model.safetensors");
    Path original = Resources.path("references/" + name + "/model.safetensors");
    try (Checkpoint checkpoint = Checkpoint.open(original)) {
      Map<String, Shape> variables = variables(name, ModelBlock.of(checkpoint));
      ImportPlan plan =
          CheckpointImporter.plan(checkpoint, variables, Set.of(Side.IMAGE, Side.TEXT), List.of());
      LayoutTensors tensors = new LayoutTensors(checkpoint.layout(), variables, plan::value);
      assertThat(tensors.unknown()).isEmpty();
      SafetensorsWriter.write(copy, tensors.shapes(), tensors::value);
    }
    try (WeightFile written = WeightFile.open(copy);
        WeightFile read = WeightFile.open(original)) {
      assertThat(written.names())
          .containsExactlyInAnyOrderElementsOf(
              read.names().stream().filter(n -> !n.endsWith("num_batches_tracked")).toList());
      for (String tensor : written.names()) {
        assertThat(written.shape(tensor)).isEqualTo(read.shape(tensor));
        assertThat(written.floats(tensor)).as(tensor).isEqualTo(read.floats(tensor));
      }
    }
  }

  private static Map<String, Shape> variables(String name, ModelBlock block) {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open(name, "inputs")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      LayerMode mode = LayerMode.evaluation(false);
      ModelSpec spec =
          ModelSpec.from(Block.parse(block.inside()), block.imageSize().orElseThrow(), 11);
      Encoded encoded =
          new DualEncoder(tf, variables, spec, block.vocabulary().orElseThrow())
              .encodePixels(Reference.pixels(tf, inputs), Reference.tokens(tf, inputs), mode, mode);
      assertThat(encoded.imageEmbedding()).isNotNull();
      Map<String, Shape> shapes = new LinkedHashMap<>();
      variables.all().forEach(variable -> shapes.put(variable.name(), variable.shape()));
      return shapes;
    }
  }
}
