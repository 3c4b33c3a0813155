package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.input.SyntheticBatches;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.OperationCounter;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.Variables;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;

/**
 * How long a training step takes and how much memory, on noise: the graph is the one that {@link
 * Trainer} runs, with one stage.
 *
 * @param imageSize pixels on a side
 * @param tokens the length of each text
 * @param steps how many to measure, after two that warm up
 */
public record StepBenchmark(
    ModelSpec model,
    int vocabularySize,
    int imageSize,
    int tokens,
    int batchSize,
    int steps,
    Device device,
    Precision precision) {
  private static final int WARM_UP = 2;
  private static final long STEPS = 1_000_000;
  private static final double RATE = 1e-5;
  private static final Map<String, Double> RATES =
      Arrays.stream(Side.values()).collect(Collectors.toMap(Side::label, side -> RATE));

  /** What is done in a step. */
  public enum Kind {
    /** The loss of a batch, as in training, without a gradient. */
    FORWARD,
    /** A step of both towers. */
    JOINT,
    /** A step of the text tower. */
    FREEZE_IMAGE,
    /** A step of the image tower. */
    FREEZE_TEXT,
    /** A step of the text tower, with stored features in place of images. */
    FREEZE_IMAGE_STORED;

    /** As on the command line: {@code freeze-image}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String strategy() {
      return switch (this) {
        case FORWARD -> JOINT.toString();
        case FREEZE_IMAGE_STORED -> FREEZE_IMAGE.toString();
        default -> toString();
      };
    }
  }

  /**
   * What was measured.
   *
   * @param seconds a step, the median
   * @param fastest a step, in seconds
   * @param operations floating-point operations of a step's matrix products and convolutions
   */
  public record Measurement(Kind kind, double seconds, double fastest, OptionalLong operations) {}

  /** Builds the graph, takes the steps and lets go of both. */
  public Measurement measure(Kind kind) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 1);
      DualEncoder encoder = new DualEncoder(tf, variables, model, vocabularySize);
      BatchIterator iterator =
          new BatchIterator(tf, layout(kind, encoder), device.batchesAhead(), device.forModel());
      // The optimizer's slots are those of all of the model's variables, so these come first.
      LayerMode evaluation = LayerMode.evaluation(precision == Precision.BFLOAT16);
      Batch pairs = new BatchIterator(tf, imageSize).next();
      encoder.encode(
          pairs.images(),
          new Tokens(pairs.inputIds(), pairs.attentionMask()),
          evaluation,
          evaluation);
      StepInputs inputs = new StepInputs(tf);
      StageGraph stage =
          new StageGraph(
              tf,
              variables,
              encoder,
              new AdamW(graph, tf, variables),
              spec(kind),
              iterator,
              inputs,
              new InputSignals(0, tokens),
              precision == Precision.BFLOAT16);
      SyntheticBatches batches = new SyntheticBatches(iterator, batchSize, tokens, vocabularySize);
      Op initializer = variables.initializer();
      OptionalLong operations = operations(graph, kind, stage);
      try (Session session = device.session(graph)) {
        session.run(initializer);
        batches.start(session);
        double[] seconds = new double[steps];
        for (int i = -WARM_UP; i < steps; i++) {
          long start = System.nanoTime();
          if (kind == Kind.FORWARD) {
            stage.wholeStep().loss(session, inputs, i + WARM_UP);
          } else {
            stage.step(
                session, i + WARM_UP, StageProgress.ofSteps(i + WARM_UP, STEPS), RATES, false);
          }
          if (i >= 0) {
            seconds[i] = (System.nanoTime() - start) * 1e-9;
          }
        }
        Arrays.sort(seconds);
        return new Measurement(kind, seconds[steps / 2], seconds[0], operations);
      }
    }
  }

  private BatchLayout layout(Kind kind, DualEncoder encoder) {
    BatchLayout pairs = BatchLayout.pairs(imageSize);
    return kind == Kind.FREEZE_IMAGE_STORED
        ? pairs.withImageFeatures(encoder.featureSize(Side.IMAGE))
        : pairs;
  }

  private StageSpec spec(Kind kind) {
    String text =
        "stages = [{strategy = %s, batch-size = %d, steps = %d, optimizer.learning-rate = %s}]"
            .formatted(kind.strategy(), batchSize, STEPS, RATE);
    return StageSpec.listFrom(Block.parse(text)).get(0);
  }

  private OptionalLong operations(Graph graph, Kind kind, StageGraph stage) {
    List<Op> targets =
        kind == Kind.FORWARD ? List.of(stage.wholeStep().loss()) : stage.targets().get(0);
    try (OperationCounter counter = new OperationCounter(graph, batchSize, tokens)) {
      return counter.of(targets);
    }
  }
}
