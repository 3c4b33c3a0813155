package dev.lockstep.train;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.model.TowerDepths;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.objective.Forward;
import dev.lockstep.objective.Objective;
import dev.lockstep.strategy.TrainingPlan;
import dev.lockstep.strategy.TrainingPlan.Phase;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The part of the training graph that belongs to one stage: for each phase of its plan the towers
 * as they are then, learning or held fixed, the loss, and the step that changes what learns. All
 * stages share the variables, the optimizer's slots and the input.
 */
final class StageGraph {
  private final Ops tf;
  private final Variables variables;
  private final DualEncoder model;
  private final AdamW adamW;
  private final StageSpec spec;
  private final BatchIterator iterator;
  private final StepInputs inputs;
  private final InputSignals inputSignals;
  private final boolean bfloat16;
  private final TowerDepths depths;
  private final TrainingPlan plan;
  private final List<StepGraph> phases = new ArrayList<>();

  StageGraph(
      Ops tf,
      Variables variables,
      DualEncoder model,
      AdamW adamW,
      StageSpec spec,
      BatchIterator iterator,
      StepInputs inputs,
      InputSignals inputSignals,
      boolean bfloat16) {
    this.tf = tf;
    this.variables = variables;
    this.model = model;
    this.adamW = adamW;
    this.spec = spec;
    this.iterator = iterator;
    this.inputs = inputs;
    this.inputSignals = inputSignals;
    this.bfloat16 = bfloat16;
    this.depths = new TowerDepths(variables.trainable());
    this.plan = StagePlan.of(spec, variables.trainable());
    plan.phases().forEach(phase -> phases.add(build(phase)));
  }

  /** By side, how many parameters learn at a time of the stage. */
  Map<String, Long> trainedParameters(StageProgress progress) {
    return phases.get(phase(progress)).trainedParameters();
  }

  /** The sides of which anything learns at any time of the stage. */
  Set<String> learningSides() {
    Set<String> sides = new TreeSet<>();
    for (StepGraph phase : phases) {
      phase.trainedParameters().entrySet().stream()
          .filter(parameters -> parameters.getValue() > 0)
          .forEach(parameters -> sides.add(parameters.getKey()));
    }
    return sides;
  }

  /** What a step computes, for each phase. */
  List<List<Op>> targets() {
    return phases.stream().map(StepGraph::targets).toList();
  }

  /** Whether who learns changes over the stage. */
  boolean hasPhases() {
    return phases.size() > 1;
  }

  /** As {@link StepGraph#makeReady}, for the first phase and for each that is warmed up. */
  void makeReady(Session session) {
    Set<StepGraph> begun = new LinkedHashSet<>(List.of(phases.get(0)));
    begun.addAll(largest());
    begun.forEach(phase -> phase.makeReady(session, inputs));
  }

  /**
   * As {@link StepGraph#warmUp}, for the phases that take the most memory: all that learns in
   * another learns in one of these.
   */
  void warmUp(Session session, FixedBatch batch) {
    largest().forEach(phase -> phase.warmUp(session, inputs.withBatch(batch)));
  }

  private List<StepGraph> largest() {
    List<Set<Variable>> learning =
        plan.phases().stream().map(phase -> phase.learning().keySet()).toList();
    List<StepGraph> largest = new ArrayList<>();
    for (int i = 0; i < phases.size(); i++) {
      Set<Variable> own = learning.get(i);
      boolean isIn =
          learning.stream().anyMatch(other -> other.size() > own.size() && other.containsAll(own));
      if (!isIn && learning.indexOf(own) == i) {
        largest.add(phases.get(i));
      }
    }
    return largest;
  }

  /** The step at the beginning of the stage, where it takes the whole batch at once. */
  PhaseGraph wholeStep() {
    return (PhaseGraph) phases.get(0);
  }

  /**
   * Takes one step.
   *
   * @param withSignals whether to measure the signals too
   */
  StepGraph.Measured step(
      Session session,
      long stepNumber,
      StageProgress progress,
      Map<String, Double> learningRates,
      boolean withSignals) {
    return phases
        .get(phase(progress))
        .step(session, inputs, stepNumber, learningRates, withSignals);
  }

  /** Takes one step on a batch of one's own. */
  StepGraph.Measured step(
      Session session,
      long stepNumber,
      StageProgress progress,
      Map<String, Double> learningRates,
      FixedBatch batch) {
    return phases
        .get(phase(progress))
        .step(session, inputs.withBatch(batch), stepNumber, learningRates, false);
  }

  private int phase(StageProgress progress) {
    return plan.timing().phase(progress.step(), progress.done());
  }

  private StepGraph build(Phase phase) {
    Operand<TFloat32> waitSeconds = tf.dtypes.cast(iterator.waitSeconds(), TFloat32.class);
    return spec.microBatch().isWhole() ? whole(phase, waitSeconds) : parts(phase, waitSeconds);
  }

  private Forward forward(Phase phase, LayerMode mode, Batch batch) {
    return new Forward(tf, variables, model, batch, mode, spec.name(), StagePlan.learning(phase));
  }

  private StepGraph parts(Phase phase, Operand<TFloat32> waitSeconds) {
    if (spec.objective().type().isApart()) {
      throw new InvalidInputException(
          "stage " + spec.name(),
          "micro-batch-size is for objectives that compare pairs, and its objective does not",
          "leave micro-batch-size out, and take a smaller batch-size");
    }
    int size = spec.microBatch().size();
    BatchParts parts =
        new BatchParts(tf, iterator.next(), waitSeconds, size, spec.batchSize() / size);
    LayerMode mode = mode(phase, parts.step(inputs.step()));
    return new MicroBatches(
            tf,
            nameOf(phases.size()),
            model,
            spec.objective().objective(),
            adamW,
            parts,
            iterator.next(),
            batch -> forward(phase, mode, batch),
            List.copyOf(phase.learning().keySet()),
            inputSignals,
            gradients -> {
              AdamW.Step step =
                  adamW.step(updates(phase), gradients, spec.optimizer().adamW(), List.of());
              checkSides(phase, step);
              return step;
            },
            this::keepWithinBounds)
        .build(spec.microBatch().accumulation());
  }

  private LayerMode mode(Phase phase, Operand<TInt64> step) {
    return LayerMode.training(new LearningScopes(phase.learning().keySet()), step, bfloat16);
  }

  private String nameOf(int phase) {
    return spec.name() + (iterator.layout().hasFeatures() ? "/stored/" : "/") + phase;
  }

  private StepGraph whole(Phase phase, Operand<TFloat32> waitSeconds) {
    LayerMode mode = mode(phase, inputs.step());
    Batch batch = iterator.next();
    Objective objective = spec.objective().objective();
    Forward forward = forward(phase, mode, batch);
    Objective.Loss loss = objective.loss(forward);
    AdamW.Step step = step(phase, loss, forward.updates());
    Op apply = keepWithinBounds(step);
    List<Map<String, Operand<TFloat32>>> signals = new ArrayList<>();
    forward
        .encodedPairs()
        .ifPresent(encoded -> signals.add(EmbeddingSignals.of(tf, encoded, batch)));
    signals.add(inputSignals.of(tf, batch));
    signals.add(MovementSignals.of(tf, step.updates(), apply));
    return new PhaseGraph(
        tf, loss, objective.scale(forward), step, apply, waitSeconds, new StepSignals(tf, signals));
  }

  private List<AdamW.Update> updates(Phase phase) {
    Map<String, Operand<TFloat32>> rates = new LinkedHashMap<>();
    List<AdamW.Update> updates = new ArrayList<>();
    phase
        .learning()
        .forEach(
            (variable, factor) ->
                updates.add(
                    new AdamW.Update(
                        variable,
                        learningRate(rates, variable, factor),
                        spec.optimizer().weightDecay().of(Side.of(variable)))));
    return updates;
  }

  private AdamW.Step step(Phase phase, Objective.Loss loss, List<Op> after) {
    AdamW.Step step =
        spec.objective().type().isApart()
            ? stepOfEachSide(phase, loss, after)
            : adamW.step(
                nameOf(phases.size()),
                loss.value(),
                updates(phase),
                spec.optimizer().adamW(),
                after);
    checkSides(phase, step);
    return step;
  }

  /**
   * Towers that learn apart are clipped apart too: by the norm of both together, the gradients of
   * one would make the steps of the other shorter.
   */
  private AdamW.Step stepOfEachSide(Phase phase, Objective.Loss loss, List<Op> after) {
    List<AdamW.Update> wanted = updates(phase);
    Map<Variable, Operand<TFloat32>> gradients =
        adamW.gradients(
            nameOf(phases.size()),
            List.of(loss.value()),
            List.of(),
            wanted.stream().map(AdamW.Update::variable).toList());
    List<AdamW.Step> steps = new ArrayList<>();
    for (Side side : Side.values()) {
      List<AdamW.Update> ofSide =
          wanted.stream()
              .filter(update -> Side.of(update.variable()) == side)
              .filter(update -> gradients.containsKey(update.variable()))
              .toList();
      if (!ofSide.isEmpty()) {
        steps.add(adamW.step(ofSide, gradients, spec.optimizer().adamW(), after));
      }
    }
    return AdamW.together(tf, steps);
  }

  private void checkSides(Phase phase, AdamW.Step step) {
    for (Side side : List.of(Side.IMAGE, Side.TEXT)) {
      if (StagePlan.learning(phase).contains(side)
          && step.updates().stream().noneMatch(u -> Side.of(u.variable()) == side)) {
        throw new InvalidInputException(
            "stage " + spec.name(),
            "its strategy "
                + spec.strategy().name()
                + " is to train the "
                + side.label()
                + " tower, on which its objective does not depend",
            "choose a strategy that holds that tower fixed, or another objective.type");
      }
    }
  }

  /** One operation for all variables of a side with the same factor. */
  private Operand<TFloat32> learningRate(
      Map<String, Operand<TFloat32>> rates, Variable variable, double factor) {
    Side side = Side.of(variable);
    float whole = (float) (factor * spec.optimizer().layerFactor(depths, variable));
    Operand<TFloat32> ofSide = inputs.learningRate(side);
    return whole == 1
        ? ofSide
        : rates.computeIfAbsent(side + " " + whole, key -> tf.math.mul(ofSide, tf.constant(whole)));
  }

  private Op keepWithinBounds(AdamW.Step step) {
    Variable logitScale = model.logitScaleVariable();
    if (step.updates().stream().noneMatch(u -> u.variable().equals(logitScale))) {
      return step.apply();
    }
    Ops after = tf.withControlDependencies(List.of(step.apply()));
    Operand<TFloat32> now = after.readVariableOp(logitScale.handle(), TFloat32.class);
    return after.assignVariableOp(
        logitScale.handle(),
        tf.clipByValue(now, tf.constant(0f), tf.constant((float) DualEncoder.MAX_LOGIT_SCALE)));
  }
}
