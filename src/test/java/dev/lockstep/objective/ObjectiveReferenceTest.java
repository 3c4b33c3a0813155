package dev.lockstep.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.Reference;
import dev.lockstep.objective.Objective.Loss;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.VariableValues;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Objectives against numbers that PyTorch worked out (src/test/resources/references). */
class ObjectiveReferenceTest {
  private static final long[] ROWS = {0, 1, 2, 3, 4, 5};

  @Test
  void labelSmoothing() {
    assertAgrees(
        "smoothed",
        List.of("image", "text", "scale"),
        (tf, in) ->
            new InfoNce(true, 0.2)
                .loss(tf, encoded(in.get("image"), in.get("text"), in.get("scale")), batch(tf)));
  }

  @Test
  void cosine() {
    assertAgrees(
        "cosine",
        List.of("learner"),
        (tf, in) ->
            new FitEmbedding(FitEmbedding.Measure.COSINE, FitEmbedding.Target.EMBEDDING)
                .loss(tf, in.get("learner"), in.get("target")));
  }

  @Test
  void squaredError() {
    assertAgrees(
        "squared",
        List.of("learner"),
        (tf, in) ->
            new FitEmbedding(FitEmbedding.Measure.SQUARED_ERROR, FitEmbedding.Target.EMBEDDING)
                .loss(tf, in.get("learner"), in.get("target")));
  }

  @Test
  void similarityOfTheTeacher() {
    assertAgrees(
        "similarity",
        List.of("student", "scale"),
        (tf, in) ->
            new FitSimilarity(0.1).loss(tf, in.get("student"), in.get("teacher"), in.get("scale")));
  }

  @Test
  void twoViewsOfAnImage() {
    assertAgrees(
        "views",
        List.of("views"),
        (tf, in) -> new TwoViews(0.5).loss(tf, in.get("views"), tf.constant(ROWS)));
  }

  @Test
  void sigmoid() {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open("sigmoid-loss", "inputs");
        SafetensorsFile outputs = Reference.open("sigmoid-loss", "outputs");
        SafetensorsFile gradients = Reference.open("sigmoid-loss", "gradients")) {
      Ops tf = Ops.create(graph);
      Map<String, Operand<TFloat32>> in = constants(tf, inputs);
      Operand<TInt64> rows = tf.constant(new long[] {0, 1, 2, 3, 4});
      Loss loss =
          PairwiseSigmoid.loss(
              tf,
              encoded(in.get("image_embeds"), in.get("text_embeds"), null),
              Positives.of(tf, new Batch(null, null, null, rows, rows, rows), true),
              tf.math.exp(in.get("log_scale")),
              in.get("bias"));
      List<String> names = List.of("image_embeds", "text_embeds", "log_scale", "bias");
      Map<String, float[]> found = run(graph, loss, in, names);
      assertThat(found.get("loss")).containsExactly(outputs.floats("loss"), within(2e-6f));
      for (String name : names) {
        assertThat(found.get(name)).as(name).containsExactly(gradients.floats(name), within(2e-6f));
      }
    }
  }

  private static void assertAgrees(
      String objective,
      List<String> learned,
      BiFunction<Ops, Map<String, Operand<TFloat32>>, Loss> build) {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open("objectives", "inputs");
        SafetensorsFile outputs = Reference.open("objectives", "outputs")) {
      Ops tf = Ops.create(graph);
      Map<String, Operand<TFloat32>> in = constants(tf, inputs);
      Map<String, float[]> found = run(graph, build.apply(tf, in), in, learned);
      assertThat(found.get("loss"))
          .containsExactly(outputs.floats(objective + ".loss"), within(2e-6f));
      for (String name : learned) {
        assertThat(found.get(name))
            .as("gradient of " + name)
            .containsExactly(outputs.floats(objective + "." + name), within(2e-6f));
      }
    }
  }

  private static Map<String, Operand<TFloat32>> constants(Ops tf, SafetensorsFile file) {
    Map<String, Operand<TFloat32>> constants = new TreeMap<>();
    for (String name : file.names()) {
      constants.put(
          name,
          tf.constantOf(TFloat32.tensorOf(file.shape(name), DataBuffers.of(file.floats(name)))));
    }
    return constants;
  }

  /** The loss, and its gradients by name. */
  private static Map<String, float[]> run(
      Graph graph, Loss loss, Map<String, Operand<TFloat32>> in, List<String> learned) {
    Output<?>[] gradients =
        graph.addGradients(
            loss.value().asOutput(),
            learned.stream().map(name -> in.get(name).asOutput()).toArray(Output<?>[]::new));
    Map<String, float[]> found = new TreeMap<>();
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner().fetch(loss.value());
      for (Output<?> gradient : gradients) {
        runner.fetch(gradient);
      }
      try (Result result = runner.run()) {
        found.put("loss", VariableValues.floats((TFloat32) result.get(0)));
        for (int i = 0; i < learned.size(); i++) {
          found.put(learned.get(i), VariableValues.floats((TFloat32) result.get(1 + i)));
        }
      }
    }
    return found;
  }

  private static Encoded encoded(
      Operand<TFloat32> image, Operand<TFloat32> text, Operand<TFloat32> scale) {
    return new Encoded(null, null, null, null, image, text, scale, List.of());
  }

  private static Batch batch(Ops tf) {
    Operand<TInt64> rows = tf.constant(ROWS);
    return new Batch(null, null, null, rows, rows, rows);
  }
}
