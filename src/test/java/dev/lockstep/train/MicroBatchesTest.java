package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.SyntheticBatches;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.objective.PairObjective;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** Steps in parts against TensorFlow's own gradients of the loss that they stand for. */
class MicroBatchesTest {
  private static final int BATCH = 6;
  private static final int TOKENS = 5;
  private static final int VOCABULARY = 20;
  private static final String NO_DROPOUT = "dropout = 0, attention-dropout = 0";

  private static final String MODEL =
      """
      image { type = vit, patch = 8, layers = 2, hidden = 8, heads = 2, intermediate = 16 }
      text { type = bert, layers = 2, hidden = 8, heads = 2, intermediate = 16, %s }
      embedding = 4
      """;

  private static final String RESNET =
      """
      image { type = resnet, width = 4, depths = [1, 1] }
      text { type = bert, layers = 1, hidden = 8, heads = 2, intermediate = 16 }
      embedding = 4
      """;

  /** A step's loss and, by variable, the gradient that it took. */
  private record Taken(double loss, Map<String, float[]> gradients) {}

  /** One stage in a graph of its own, at its first step. */
  private static final class Training implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final Variables variables = new Variables(tf, 3);
    private final DualEncoder model;
    private final BatchIterator iterator = new BatchIterator(tf, 16);
    private final AdamW adamW;
    private final StageGraph stage;
    private final SyntheticBatches batches =
        new SyntheticBatches(iterator, BATCH, TOKENS, VOCABULARY);

    Training(String modelText, String strategy, String microBatch) {
      model =
          new DualEncoder(
              tf, variables, ModelSpec.from(Block.parse(modelText), 16, TOKENS), VOCABULARY);
      encode(iterator.next());
      adamW = new AdamW(graph, tf, variables);
      String text =
          ("stages = [{strategy = %s, batch-size = %d, steps = 9, %s,"
                  + " optimizer {learning-rate = 1e-3, clip = 0}}]")
              .formatted(strategy, BATCH, microBatch);
      stage =
          new StageGraph(
              tf,
              variables,
              model,
              adamW,
              StageSpec.listFrom(Block.parse(text)).get(0),
              iterator,
              new StepInputs(tf),
              new InputSignals(0, TOKENS),
              false);
    }

    private Encoded encode(Batch batch) {
      LayerMode mode = LayerMode.evaluation(false);
      return model.encode(
          batch.images(), new Tokens(batch.inputIds(), batch.attentionMask()), mode, mode);
    }

    /** After one step, the optimizer's mean of the gradients is a tenth of the only one. */
    Taken step() {
      List<Variable> means =
          variables.all().stream().filter(v -> v.name().startsWith("optimizer/mean/")).toList();
      VariableValues values = new VariableValues(tf, means);
      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        batches.start(session);
        StepGraph.Measured measured =
            stage.step(
                session,
                4,
                StageProgress.ofSteps(0, 9),
                Map.of("image", 1e-3, "text", 1e-3, "shared", 1e-3),
                true);
        assertThat(measured.signals()).containsKeys("accuracy/image-to-text", "update-norm/text");
        Map<String, float[]> gradients = new HashMap<>();
        values
            .get(session)
            .forEach(
                (name, mean) -> {
                  for (int i = 0; i < mean.length; i++) {
                    mean[i] *= 10;
                  }
                  gradients.put(name.substring("optimizer/mean/".length()), mean);
                });
        return new Taken(measured.loss(), gradients);
      }
    }

    /** What warming the step up, without any input, made of the variables' first values. */
    void assertWarmUpChangesNothing() {
      VariableValues values = new VariableValues(tf, List.copyOf(variables.all()));
      var initializer = variables.initializer();
      try (Session session = new Session(graph);
          FixedBatch blank = FixedBatch.blank(iterator.next(), BATCH, TOKENS)) {
        session.run(initializer);
        Map<String, float[]> first = values.get(session);
        stage.warmUp(session, blank);
        Map<String, float[]> warm = values.get(session);
        first.forEach((name, value) -> assertThat(warm.get(name)).as(name).isEqualTo(value));
      }
    }

    /** The mean of the losses of equal parts, with TensorFlow's gradients, nothing dropped. */
    Taken expected(int parts) {
      List<Operand<TFloat32>> losses = new ArrayList<>();
      Batch all = iterator.next();
      for (int i = 0; i < parts; i++) {
        Batch part =
            new Batch(
                rows(all.images(), i, parts),
                rows(all.inputIds(), i, parts),
                rows(all.attentionMask(), i, parts),
                rows(all.captionKeys(), i, parts),
                rows(all.imageKeys(), i, parts),
                rows(all.rows(), i, parts));
        PairObjective infoNce = (PairObjective) ObjectiveSpec.from(Block.parse("")).objective();
        losses.add(infoNce.loss(tf, encode(part), part).value());
      }
      Operand<TFloat32> mean = tf.math.mean(tf.stack(losses), tf.constant(0));
      Map<Variable, Operand<TFloat32>> gradients =
          adamW.gradients("expected", List.of(mean), List.of(), variables.trainable());
      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        batches.start(session);
        Session.Runner runner = session.runner().fetch(mean);
        gradients.values().forEach(runner::fetch);
        try (Result result = runner.run()) {
          Map<String, float[]> byName = new HashMap<>();
          int i = 1;
          for (Variable variable : gradients.keySet()) {
            byName.put(variable.name(), VariableValues.floats((TFloat32) result.get(i++)));
          }
          return new Taken(((TFloat32) result.get(0)).getFloat(), byName);
        }
      }
    }

    private <T extends TType> Operand<T> rows(Operand<T> all, int part, int parts) {
      int[] begin = new int[all.shape().numDimensions()];
      int[] size = new int[begin.length];
      Arrays.fill(size, -1);
      begin[0] = part * BATCH / parts;
      size[0] = BATCH / parts;
      return tf.slice(all, tf.constant(begin), tf.constant(size));
    }

    @Override
    public void close() {
      graph.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void cachedFeaturesGiveTheGradientsOfTheWholeBatch(int size) {
    try (Training training =
        new Training(MODEL.formatted(NO_DROPOUT), "joint", "micro-batch-size = " + size)) {
      assertEqual(training.step(), training.expected(1));
    }
  }

  @Test
  void separateLossesGiveTheGradientsOfTheirMean() {
    try (Training training =
        new Training(
            MODEL.formatted(NO_DROPOUT),
            "joint",
            "micro-batch-size = 2, accumulation = separate-losses")) {
      assertEqual(training.step(), training.expected(3));
    }
  }

  @Test
  void aFixedTowerStaysAsItIs() {
    try (Training training =
        new Training(MODEL.formatted(NO_DROPOUT), "freeze-image", "micro-batch-size = 2")) {
      Taken taken = training.step();
      Taken expected = training.expected(1);
      taken
          .gradients()
          .forEach(
              (name, gradient) -> {
                if (name.startsWith(Side.IMAGE.label() + "/")) {
                  assertThat(gradient).as(name).containsOnly(0f);
                } else {
                  assertClose(name, gradient, expected.gradients().get(name));
                }
              });
    }
  }

  /** What is dropped in the second pass over a part must be what was dropped in the first. */
  @ParameterizedTest
  @CsvSource({"cached-features", "separate-losses"})
  void onePartIsTheWholeBatchWithDropout(String accumulation) {
    String model = MODEL.formatted("dropout = 0.3, attention-dropout = 0.2");
    try (Training whole = new Training(model, "joint", "micro-batch-size = 0");
        Training parts =
            new Training(model, "joint", "micro-batch-size = 6, accumulation = " + accumulation)) {
      assertEqual(parts.step(), whole.step());
    }
  }

  /** Batch norm's running statistics and the optimizer's counts are among the variables. */
  @ParameterizedTest
  @CsvSource({
    "resnet, 0, cached-features",
    "resnet, 2, separate-losses",
    "vit, 2, cached-features"
  })
  void warmingAStepUpChangesNothing(String tower, int size, String accumulation) {
    String model = tower.equals("vit") ? MODEL.formatted(NO_DROPOUT) : RESNET;
    String parts = "micro-batch-size = %d, accumulation = %s".formatted(size, accumulation);
    try (Training training = new Training(model, "joint", parts)) {
      training.assertWarmUpChangesNothing();
    }
  }

  @Test
  void refusesWhatCannotBeEqual() {
    assertThatThrownBy(() -> new Training(RESNET, "joint", "micro-batch-size = 2"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("batch norm")
        .hasMessageContaining("separate-losses");
    assertThatThrownBy(() -> new Training(RESNET, "joint", "micro-batch-size = 4"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a divisor of batch-size (6)");
  }

  private static void assertEqual(Taken taken, Taken expected) {
    assertThat(taken.loss()).isCloseTo(expected.loss(), within(1e-6));
    assertThat(taken.gradients().keySet()).isEqualTo(expected.gradients().keySet());
    taken
        .gradients()
        .forEach((name, gradient) -> assertClose(name, gradient, expected.gradients().get(name)));
  }

  /** Within 5e-6 of the gradient's length: the order of the sums differs. */
  private static void assertClose(String name, float[] gradient, float[] expected) {
    double squares = 0;
    for (float value : expected) {
      squares += value * value;
    }
    float tolerance = (float) (5e-6 * Math.sqrt(squares) + 1e-7);
    assertThat(gradient).as(name).containsExactly(expected, within(tolerance));
  }
}
