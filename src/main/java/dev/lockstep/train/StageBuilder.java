package dev.lockstep.train;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.AugmentSpec;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.strategy.TrainingPlan;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.Variables;
import dev.lockstep.train.TrainingStage.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

/** Builds the stages of a training into one graph, over variables that all of them share. */
final class StageBuilder implements AutoCloseable {
  private final TrainingSetup setup;
  private final Ops tf;
  private final Variables variables;
  private final DualEncoder model;
  private final Map<BatchLayout, BatchIterator> iterators;
  private final AdamW adamW;
  private final StepInputs inputs;
  private final InputSignals signals;
  private final boolean bfloat16;
  private final Map<String, FeatureMaker> makers = new HashMap<>();

  /**
   * @param iterators gets those that the stages take their batches from
   */
  StageBuilder(
      TrainingSetup setup,
      Graph graph,
      Ops tf,
      Variables variables,
      DualEncoder model,
      Map<BatchLayout, BatchIterator> iterators) {
    this.setup = setup;
    this.tf = tf;
    this.variables = variables;
    this.model = model;
    this.iterators = iterators;
    makeObjectivesVariables();
    adamW = new AdamW(graph, tf, variables);
    inputs = new StepInputs(tf);
    signals =
        new InputSignals(
            setup.training().vocabulary().unknownId(), setup.training().manifest().contextLength());
    bfloat16 = setup.precision() == Precision.BFLOAT16;
  }

  /** Before the optimizer, which has slots for them too. */
  private void makeObjectivesVariables() {
    LayerMode mode = LayerMode.evaluation(false);
    for (StageSpec spec : setup.stages()) {
      spec.objective()
          .objective()
          .makeVariables(model, scope -> new Layers(tf, variables, mode, scope));
    }
  }

  List<TrainingStage> build() {
    List<TrainingStage> stages = new ArrayList<>();
    for (StageSpec spec : setup.stages()) {
      stages.add(stage(spec, variables.seedFor("stage " + stages.size())));
    }
    return List.copyOf(stages);
  }

  private TrainingStage stage(StageSpec spec, long seed) {
    BatchLayout pairs =
        BatchLayout.pairs(setup.imageSize()).withCaptionsPerImage(spec.captionsPerImage());
    BatchLayout layout = spec.objective().objective().inputs(pairs);
    InputSpec input = input(spec, layout);
    List<FeatureMaker> fixed = fixed(spec, layout, input);
    Optional<Way> stored =
        fixed.isEmpty()
            ? Optional.empty()
            : Optional.of(way(spec, withFeatures(layout, fixed), input, seed));
    return new TrainingStage(
        spec, way(spec, layout, input, seed), stored, new FeatureCache(spec.cache(), fixed));
  }

  private Way way(StageSpec spec, BatchLayout layout, InputSpec input, long seed) {
    BatchIterator iterator = iterator(layout);
    return new Way(
        new StageGraph(tf, variables, model, adamW, spec, iterator, inputs, signals, bfloat16),
        InputPipeline.training(iterator, setup.training(), input, spec.batchSize(), seed));
  }

  private BatchLayout withFeatures(BatchLayout layout, List<FeatureMaker> fixed) {
    BatchLayout result = layout;
    for (FeatureMaker maker : fixed) {
      int width = model.featureSize(maker.side());
      result =
          maker.side() == Side.IMAGE
              ? result.withImageFeatures(width)
              : result.withTextFeatures(width);
    }
    return result;
  }

  /** The towers whose features are the same in each epoch, or in every so many. */
  private List<FeatureMaker> fixed(StageSpec spec, BatchLayout layout, InputSpec input) {
    List<FeatureMaker> fixed = new ArrayList<>();
    if (spec.cache().mode() == FeatureCacheSpec.Mode.OFF) {
      return fixed;
    }
    TrainingPlan plan = StagePlan.of(spec, variables.trainable());
    boolean augmented = !input.augment().isNone();
    boolean keepsViews = spec.cache().views() > 0;
    if (layout.images()
        && !layout.otherView()
        && plan.fixesFeatures(Side.IMAGE)
        && (!augmented || keepsViews)) {
      fixed.add(maker(Side.IMAGE, input.augment(), augmented ? spec.cache().views() : 1));
    }
    if (layout.tokens() && !layout.masks() && plan.fixesFeatures(Side.TEXT)) {
      fixed.add(maker(Side.TEXT, AugmentSpec.NONE, 1));
    }
    return fixed;
  }

  private FeatureMaker maker(Side side, AugmentSpec augment, int views) {
    return makers.computeIfAbsent(
        side + " " + augment + " " + views,
        key ->
            new FeatureMaker(
                setup,
                tf,
                model,
                List.copyOf(variables.all()),
                side,
                augment,
                views,
                variables.seedFor("features")));
  }

  /** Ends what the features are computed from. */
  @Override
  public void close() {
    makers.values().forEach(FeatureMaker::close);
  }

  private BatchIterator iterator(BatchLayout layout) {
    return iterators.computeIfAbsent(
        layout,
        parts ->
            new BatchIterator(tf, parts, setup.device().batchesAhead(), setup.device().forModel()));
  }

  private InputSpec input(StageSpec spec, BatchLayout layout) {
    InputSpec input = spec.augment() ? setup.input() : setup.input().withAugment(AugmentSpec.NONE);
    if (layout.otherView() && input.augment().isNone()) {
      throw new InvalidInputException(
          "stage " + spec.name(),
          "its objective compares two views of an image, and nothing makes them differ",
          "set input.augment, such as crop = [0.3, 1] and flip = 0.5, and leave the stage's augment"
              + " on");
    }
    return input;
  }
}
