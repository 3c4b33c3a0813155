package dev.lockstep.train;

import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.RefusedRun;
import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A step that takes its whole batch at once. */
final class PhaseGraph implements StepGraph {
  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> measured;
  private final Op apply;
  private final WarmUp warmUp;
  private final StepSignals signals;
  private final LearningNorms norms;

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
    this.warmUp = WarmUp.of(tf, step);
    this.norms = new LearningNorms(tf, step);
    this.signals = signals;
    List<Operand<TFloat32>> numbers =
        new ArrayList<>(
            List.of(loss.value(), loss.floor(), loss.chance(), logitScale, waitSeconds));
    numbers.addAll(norms.norms());
    measured = tf.stack(numbers);
  }

  @Override
  public Map<String, Long> trainedParameters() {
    return norms.parameters();
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

  @Override
  public List<Op> targets() {
    return List.of(measured, apply);
  }

  /** A stage begins with a step that has signals. */
  @Override
  public void makeReady(Session session, StepInputs inputs) {
    for (boolean withSignals : new boolean[] {true, false}) {
      Session.Runner runner = runner(session, withSignals);
      List<Tensor> fed = inputs.feedWrongly(runner);
      try {
        RefusedRun.of(runner);
      } finally {
        fed.forEach(Tensor::close);
      }
    }
  }

  @Override
  public void warmUp(Session session, StepInputs inputs) {
    warmUp.run(session, inputs, runner -> List.of());
  }

  private Session.Runner runner(Session session, boolean withSignals) {
    Session.Runner runner = session.runner().fetch(measured).addTarget(apply);
    return withSignals ? runner.fetch(signals.values()) : runner;
  }

  @Override
  public Measured step(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      boolean withSignals) {
    Session.Runner runner = runner(session, withSignals);
    List<Tensor> fed = inputs.feed(runner, stepNumber, learningRates);
    try (Result result = runner.run()) {
      float[] numbers = VariableValues.floats((TFloat32) result.get(0));
      return new Measured(
          numbers[0],
          numbers[1],
          numbers[2],
          numbers[3],
          numbers[4],
          norms.read(numbers, 5),
          withSignals ? signals.read(result.get(1)) : Map.of());
    } finally {
      fed.forEach(Tensor::close);
    }
  }
}
