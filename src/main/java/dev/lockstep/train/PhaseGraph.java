package dev.lockstep.train;

import dev.lockstep.model.Side;
import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The train operation of one phase of a stage: it changes what learns then, and nothing else. */
final class PhaseGraph {
  /**
   * What one step measured.
   *
   * @param gradientNorms by side, before clipping; only sides that learn
   * @param signals empty where they were not asked for
   */
  record Measured(
      double loss,
      double floor,
      double chance,
      double logitScale,
      double waitSeconds,
      Map<String, Double> gradientNorms,
      Map<String, Double> signals) {}

  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> measured;
  private final Op apply;
  private final StepSignals signals;
  private final List<Side> learningSides = new ArrayList<>();
  private final Map<String, Long> trainedParameters = new LinkedHashMap<>();

  /**
   * @param step as the optimizer made it
   * @param apply the step with all that goes with it
   * @param waitSeconds how long the run waited for its batch
   * @param signals what may be measured besides
   */
  PhaseGraph(
      Ops tf,
      Objective.Loss loss,
      Operand<TFloat32> logitScale,
      AdamW.Step step,
      Op apply,
      Operand<TFloat32> waitSeconds,
      StepSignals signals) {
    this.loss = loss.value();
    this.apply = apply;
    this.signals = signals;
    List<Operand<TFloat32>> numbers =
        new ArrayList<>(
            List.of(loss.value(), loss.floor(), loss.chance(), logitScale, waitSeconds));
    for (Side side : Side.values()) {
      long parameters = parameters(step, side);
      trainedParameters.put(side.label(), parameters);
      if (parameters > 0) {
        learningSides.add(side);
        numbers.add(norm(tf, side, step));
      }
    }
    measured = tf.stack(numbers);
  }

  /** By side, how many parameters learn. */
  Map<String, Long> trainedParameters() {
    return trainedParameters;
  }

  /** The loss, a scalar. */
  Operand<TFloat32> loss() {
    return loss;
  }

  /** Computes the loss, and no gradient. */
  double loss(Session session, StepInputs inputs, long stepNumber) {
    Session.Runner runner = session.runner().fetch(loss);
    List<Tensor> fed = inputs.feed(runner, stepNumber, Map.of());
    try (Result result = runner.run()) {
      return ((TFloat32) result.get(0)).getFloat();
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /** What a step computes. */
  List<Op> targets() {
    return List.of(measured, apply);
  }

  /**
   * Takes one step.
   *
   * @param withSignals whether to measure the signals too
   * @param batch what to feed in the place of the next batch, if anything
   */
  Measured step(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      boolean withSignals,
      Optional<FixedBatch> batch) {
    Session.Runner runner = session.runner().fetch(measured).addTarget(apply);
    batch.ifPresent(fixed -> fixed.feed(runner));
    if (withSignals) {
      runner.fetch(signals.values());
    }
    List<Tensor> fed = inputs.feed(runner, stepNumber, learningRates);
    try (Result result = runner.run()) {
      float[] numbers = VariableValues.floats((TFloat32) result.get(0));
      Map<String, Double> norms = new LinkedHashMap<>();
      for (int i = 0; i < learningSides.size(); i++) {
        norms.put(learningSides.get(i).label(), (double) numbers[5 + i]);
      }
      return new Measured(
          numbers[0],
          numbers[1],
          numbers[2],
          numbers[3],
          numbers[4],
          norms,
          withSignals ? signals.read(result.get(1)) : Map.of());
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private static long parameters(AdamW.Step step, Side side) {
    return step.updates().stream()
        .map(AdamW.Update::variable)
        .filter(variable -> Side.of(variable) == side)
        .mapToLong(Variable::size)
        .sum();
  }

  private static Operand<TFloat32> norm(Ops tf, Side side, AdamW.Step step) {
    List<Operand<TFloat32>> ofSide = new ArrayList<>();
    for (int i = 0; i < step.updates().size(); i++) {
      if (Side.of(step.updates().get(i).variable()) == side) {
        ofSide.add(step.squaredNorms().get(i));
      }
    }
    return tf.math.sqrt(AdamW.sum(tf, ofSide));
  }
}
