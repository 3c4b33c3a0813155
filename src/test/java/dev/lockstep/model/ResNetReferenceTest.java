package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A bottleneck ResNet against transformers' ResNetModel with running statistics. */
class ResNetReferenceTest {
  private static final String FOLDER = "transformers-resnet";
  private static final int BATCH = 5;
  private static final int SIDE = 64;

  @Test
  void featuresAgree() {
    ResNet.Spec spec =
        ResNet.Spec.from(
            Block.parse(
                "stem = imagenet, block = bottleneck, stem-width = 8, widths = [4, 8, 12, 16],"
                    + " depths = [1, 2, 1, 2]"),
            SIDE);
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open(FOLDER, "inputs");
        SafetensorsFile weights = Reference.open(FOLDER, "model");
        SafetensorsFile outputs = Reference.open(FOLDER, "outputs")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Operand<TFloat32> pixels =
          tf.constantOf(
              TFloat32.tensorOf(
                  Shape.of(BATCH, SIDE, SIDE, 3),
                  DataBuffers.of(Reference.channelsLast(inputs.floats("pixel_values"), BATCH, 3))));
      Operand<TFloat32> features =
          spec.tower()
              .features(new Layers(tf, variables, LayerMode.evaluation(false), "image"), pixels);
      VariableValues values = new VariableValues(tf, variables.all());
      Map<String, float[]> converted = new LinkedHashMap<>();
      variables.all().forEach(v -> converted.put(v.name(), converted(weights, v)));
      try (Session session = new Session(graph)) {
        values.set(session, converted);
        try (Result result = session.runner().fetch(features).run()) {
          assertThat(VariableValues.floats((TFloat32) result.get(0)))
              .containsExactly(outputs.floats("pooler_output"), within(1e-5f));
        }
      }
    }
  }

  private static float[] converted(SafetensorsFile weights, Variable variable) {
    String theirs =
        variable
            .name()
            .replaceFirst("image/stem/convolution", "embedder.embedder")
            .replaceFirst("image/stage/(\\d)/(\\d)/(\\d)", "encoder.stages.$1.layers.$2.layer.$3")
            .replaceFirst(
                "image/stage/(\\d)/(\\d)/shortcut", "encoder.stages.$1.layers.$2.shortcut")
            .replaceFirst("/kernel$", ".convolution.weight")
            .replaceFirst("/norm/scale$", ".normalization.weight")
            .replaceFirst("/norm/offset$", ".normalization.bias")
            .replaceFirst("/norm/running-mean$", ".normalization.running_mean")
            .replaceFirst("/norm/running-variance$", ".normalization.running_var");
    float[] values = weights.floats(theirs);
    Shape shape = variable.shape();
    return shape.numDimensions() == 4
        ? Reference.kernel(values, (int) shape.size(3), (int) shape.size(2))
        : values;
  }
}
