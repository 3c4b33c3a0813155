package dev.lockstep.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.input.Batch;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.Gradients;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** One run of the image tower for all captions of an image, against a run for each of them. */
class CaptionsPerImageLossTest {
  private static final String MODEL =
      """
      image { type = vit, patch = 4, layers = 2, hidden = 8, heads = 2, intermediate = 16 }
      text {
        type = bert, layers = 1, hidden = 8, heads = 2, intermediate = 16
        dropout = 0, attention-dropout = 0
      }
      embedding = 4
      """;

  @Test
  void givesTheSameLossAndGradients() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 5);
      DualEncoder model =
          new DualEncoder(tf, variables, ModelSpec.from(Block.parse(MODEL), 8, 6), 20);
      Operand<TUint8> images =
          tf.dtypes.cast(integers(tf, new int[] {3, 8, 8, 3}, 256), TUint8.class);
      Operand<TUint8> repeated =
          tf.gather(images, tf.constant(new int[] {0, 0, 1, 1, 2, 2}), zero(tf));

      List<Operand<TFloat32>> once = lossAndGradients(graph, tf, variables, model, 2, images);
      List<Operand<TFloat32>> each = lossAndGradients(graph, tf, variables, model, 1, repeated);

      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        List<float[]> found = fetched(session, once);
        List<float[]> expected = fetched(session, each);
        assertThat(found).hasSameSizeAs(expected).hasSizeGreaterThan(30);
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.get(i))
              .containsExactly(expected.get(i), within(1e-6f * (1 + length(expected.get(i)))));
        }
        assertThat(found.stream().filter(values -> values[0] != 0).count()).isGreaterThan(30);
      }
    }
  }

  private static List<Operand<TFloat32>> lossAndGradients(
      Graph graph,
      Ops tf,
      Variables variables,
      DualEncoder model,
      int captionsPerImage,
      Operand<TUint8> images) {
    Operand<TInt32> ids = integers(tf, new int[] {6, 6}, 20);
    Operand<TInt32> mask = tf.onesLike(ids);
    Operand<TInt64> captions = tf.constant(new long[] {1, 2, 3, 4, 5, 6});
    Operand<TInt64> imageKeys = tf.constant(new long[] {1, 1, 2, 2, 3, 3});
    Batch batch =
        new Batch(
            captionsPerImage,
            images,
            ids,
            mask,
            captions,
            imageKeys,
            captions,
            null,
            null,
            null,
            null,
            null);
    Forward forward =
        new Forward(
            tf,
            variables,
            model,
            batch,
            LayerMode.evaluation(false),
            "the test's",
            Set.of(Side.IMAGE, Side.TEXT));
    Operand<TFloat32> loss = ObjectiveSpec.from(Block.parse("")).objective().loss(forward).value();
    List<Operand<TFloat32>> results = new ArrayList<>(List.of(loss));
    results.addAll(
        Gradients.of(
            graph,
            "captions-" + captionsPerImage,
            List.of(loss),
            List.of(),
            variables.trainable().stream().<Operand<TFloat32>>map(Variable::value).toList()));
    return results;
  }

  private static float length(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return (float) Math.sqrt(squares);
  }

  private static List<float[]> fetched(Session session, List<Operand<TFloat32>> operands) {
    Session.Runner runner = session.runner();
    operands.forEach(runner::fetch);
    List<float[]> values = new ArrayList<>();
    try (Result result = runner.run()) {
      for (int i = 0; i < operands.size(); i++) {
        values.add(VariableValues.floats((TFloat32) result.get(i)));
      }
    }
    return values;
  }

  private static Operand<TInt32> integers(Ops tf, int[] shape, int bound) {
    return tf.random.statelessRandomUniformInt(
        tf.constant(shape), tf.constant(new long[] {1, 2}), zero(tf), tf.constant(bound));
  }

  private static Operand<TInt32> zero(Ops tf) {
    return tf.constant(0);
  }
}
