package dev.lockstep.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.experiment.Experiment;
import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variable.Role;
import dev.lockstep.tensorflow.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** That the examples of docs/extending.md work, and that the page quotes them as they are. */
class ExtendingDocTest {

  @Test
  void thePageQuotesTheFiles() throws IOException {
    String page = Files.readString(Path.of("docs/extending.md"));
    List<MatchResult> quotes =
        Pattern.compile("(?s)\n`(src/test/[^`]*)`:\n\n```\\w*\n(.*?)```")
            .matcher(page)
            .results()
            .toList();

    assertThat(quotes).hasSize(4);
    for (MatchResult quote : quotes) {
      assertThat(quote.group(2)).isEqualTo(Files.readString(Path.of(quote.group(1))));
    }
  }

  @Test
  void anExperimentCanNameTheStrategy() {
    Experiment experiment =
        Experiment.read(
            Path.of("experiments/quickstart.conf"),
            List.of("stages.0.strategy=biases-only"),
            false);

    assertThat(experiment.stages().get(0).strategy()).isInstanceOf(BiasesOnly.class);
  }

  @Test
  void theStrategyTrainsBiasesProjectionsAndTheLogitScale() {
    assertThat(
            List.of(
                "text/encoder/0/mlp/up/bias",
                "image/stem/convolution/norm/offset",
                "image/projection/kernel",
                "shared/logit-scale"))
        .allSatisfy(name -> assertThat(factor(name)).isEqualTo(1));
    assertThat(List.of("image/stem/convolution/kernel", "text/embeddings/word"))
        .allSatisfy(name -> assertThat(factor(name)).isZero());
  }

  private static double factor(String name) {
    Variable variable = new Variable(name, Shape.of(2, 3), Role.WEIGHT, null, null, null);
    return new BiasesOnly().learningRateFactor(variable);
  }

  @Test
  void theObjectiveIsTheCrossEntropyOfEachCaption() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images = tf.constant(new float[][] {{1, 0}, {0, 1}});
      Operand<TFloat32> texts = tf.constant(new float[][] {{1, 0}, {1, 0}});
      // The first caption gives its image 3/4 of the probability, the second 1/4.
      Operand<TFloat32> scale = tf.constant((float) Math.log(3));
      Encoded encoded = new Encoded(images, texts, images, texts, images, texts, scale, List.of());
      Operand<TInt64> keys = tf.constant(new long[] {1, 2});
      Objective.Loss loss =
          new CaptionPicksImage().loss(tf, encoded, new Batch(null, null, null, keys, keys, keys));

      assertThat(scalar(graph, loss.value()))
          .isCloseTo((float) (Math.log(4 / 3.0) + Math.log(4)) / 2, within(1e-6f));
    }
  }

  @Test
  void theTowerGivesOneVectorForEachImage() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 1);
      Operand<TFloat32> features =
          new SmallConvNet(4)
              .features(
                  new Layers(tf, variables, LayerMode.evaluation(false), "image"),
                  tf.ones(tf.constant(new int[] {2, 32, 32, 3}), TFloat32.class));
      session.run(variables.initializer());
      try (Result result = session.runner().fetch(features).run()) {
        assertThat(result.get(0).shape()).isEqualTo(Shape.of(2, 16));
      }
    }
  }

  private static float scalar(Graph graph, Operand<TFloat32> value) {
    try (Session session = new Session(graph);
        Result result = session.runner().fetch(value).run()) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }
}
