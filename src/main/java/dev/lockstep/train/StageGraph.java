package dev.lockstep.train;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The part of the training graph that belongs to one stage: the towers as the stage has them,
 * learning or held fixed, the loss, and the step that changes what learns. All stages share the
 * variables, the optimizer's slots and the input.
 */
final class StageGraph {
  /**
   * What one step measured.
   *
   * @param gradientNorms by side, before clipping; only sides that learn
   * @param signals empty where they were not asked for
   */
  record Measured(
      double loss,
      double floor,
      double logitScale,
      double waitSeconds,
      Map<String, Double> gradientNorms,
      Map<String, Double> signals) {}

  private final StepInputs inputs;
  private final Operand<TFloat32> measured;
  private final Op apply;
  private final StepSignals signals;
  private final List<Side> learningSides;
  private final Map<String, Long> trainedParameters = new LinkedHashMap<>();

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
    this.inputs = inputs;
    Map<Variable, Double> factors = factors(spec, variables.trainable());
    this.learningSides = learningSides(factors);

    Batch batch = iterator.next();
    Encoded encoded =
        model.encode(
            batch.images(),
            new Tokens(batch.inputIds(), batch.attentionMask()),
            mode(Side.IMAGE, bfloat16),
            mode(Side.TEXT, bfloat16));
    Objective.Loss loss = spec.objective().objective().loss(tf, encoded, batch);

    List<AdamW.Update> updates = new ArrayList<>();
    factors.forEach(
        (variable, factor) ->
            updates.add(new AdamW.Update(variable, learningRate(tf, variable, factor))));
    OptimizerSpec optimizer = spec.optimizer();
    AdamW.Step step =
        adamW.step(spec.name(), loss.value(), updates, optimizer.adamW(), encoded.updates());
    apply = keepWithinBounds(tf, model.logitScaleVariable(), step.apply());

    List<Operand<TFloat32>> numbers = new ArrayList<>();
    numbers.add(loss.value());
    numbers.add(loss.floor());
    numbers.add(encoded.logitScale());
    numbers.add(tf.dtypes.cast(iterator.waitSeconds(), TFloat32.class));
    for (Side side : learningSides) {
      numbers.add(norm(tf, side, updates, step.squaredNorms()));
    }
    measured = tf.stack(numbers);
    signals =
        new StepSignals(
            tf,
            List.of(
                EmbeddingSignals.of(tf, encoded, batch),
                inputSignals.of(tf, batch),
                MovementSignals.of(tf, updates, apply)));
    for (Side side : Side.values()) {
      trainedParameters.put(side.label(), parameters(side, factors));
    }
  }

  /** By side, how many parameters learn in this stage. */
  Map<String, Long> trainedParameters() {
    return trainedParameters;
  }

  /** What a step computes. */
  List<Op> targets() {
    return List.of(measured, apply);
  }

  /**
   * Takes one step.
   *
   * @param withSignals whether to measure the signals too
   */
  Measured step(
      Session session, long stepNumber, Map<String, Double> learningRates, boolean withSignals) {
    Session.Runner runner = session.runner().fetch(measured).addTarget(apply);
    if (withSignals) {
      runner.fetch(signals.values());
    }
    List<Tensor> fed = inputs.feed(runner, stepNumber, learningRates);
    try (Result result = runner.run()) {
      float[] numbers = VariableValues.floats((TFloat32) result.get(0));
      Map<String, Double> norms = new LinkedHashMap<>();
      for (int i = 0; i < learningSides.size(); i++) {
        norms.put(learningSides.get(i).label(), (double) numbers[4 + i]);
      }
      return new Measured(
          numbers[0],
          numbers[1],
          numbers[2],
          numbers[3],
          norms,
          withSignals ? signals.read(result.get(1)) : Map.of());
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private static Map<Variable, Double> factors(StageSpec spec, List<Variable> trainable) {
    Map<Variable, Double> factors = new LinkedHashMap<>();
    for (Variable variable : trainable) {
      double factor = spec.strategy().learningRateFactor(variable);
      if (factor > 0) {
        factors.put(variable, factor);
      }
    }
    if (factors.isEmpty()) {
      throw new InvalidInputException(
          "stage " + spec.name(),
          "its strategy " + spec.strategy().name() + " trains nothing",
          "choose another strategy, or leave the stage out");
    }
    return factors;
  }

  private static List<Side> learningSides(Map<Variable, Double> factors) {
    List<Side> sides = new ArrayList<>();
    for (Side side : Side.values()) {
      if (parameters(side, factors) > 0) {
        sides.add(side);
      }
    }
    return sides;
  }

  private static long parameters(Side side, Map<Variable, Double> factors) {
    return factors.keySet().stream()
        .filter(v -> Side.of(v) == side)
        .mapToLong(Variable::size)
        .sum();
  }

  /** A tower of which nothing learns is built as for evaluation. */
  private LayerMode mode(Side side, boolean bfloat16) {
    return learningSides.contains(side)
        ? LayerMode.training(inputs.step(), bfloat16)
        : LayerMode.evaluation(bfloat16);
  }

  private Operand<TFloat32> learningRate(Ops tf, Variable variable, double factor) {
    Operand<TFloat32> ofSide = inputs.learningRate(Side.of(variable));
    return factor == 1 ? ofSide : tf.math.mul(ofSide, tf.constant((float) factor));
  }

  private Op keepWithinBounds(Ops tf, Variable logitScale, Op step) {
    if (!learningSides.contains(Side.of(logitScale))) {
      return step;
    }
    Ops after = tf.withControlDependencies(List.of(step));
    Operand<TFloat32> now = after.readVariableOp(logitScale.handle(), TFloat32.class);
    return after.assignVariableOp(
        logitScale.handle(),
        tf.clipByValue(now, tf.constant(0f), tf.constant((float) DualEncoder.MAX_LOGIT_SCALE)));
  }

  private static Operand<TFloat32> norm(
      Ops tf, Side side, List<AdamW.Update> updates, List<Operand<TFloat32>> squaredNorms) {
    List<Operand<TFloat32>> ofSide = new ArrayList<>();
    for (int i = 0; i < updates.size(); i++) {
      if (Side.of(updates.get(i).variable()) == side) {
        ofSide.add(squaredNorms.get(i));
      }
    }
    return tf.math.sqrt(AdamW.sum(tf, ofSide));
  }
}
