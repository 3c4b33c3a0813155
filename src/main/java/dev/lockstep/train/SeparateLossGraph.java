package dev.lockstep.train;

import dev.lockstep.model.Encoded;
import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.GradientSums;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
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
 * A step down the mean of the losses of a batch's parts, each of which compares only its own pairs.
 */
final class SeparateLossGraph implements StepGraph {
  private final BatchParts parts;
  private final WarmUp warmUp;
  private final Operand<TFloat32> numbers;
  private final Op clear;
  private final Op add;
  private final SummedStep step;
  private final StepSignals signals;

  /**
   * @param encoded what the towers make of a part
   * @param loss of a part
   * @param gradients of the mean of the parts' losses, as far as this part goes
   * @param signals of a part; those of the first are taken
   */
  SeparateLossGraph(
      Ops tf,
      BatchParts parts,
      Encoded encoded,
      Objective.Loss loss,
      Map<Variable, Operand<TFloat32>> gradients,
      GradientSums sums,
      SummedStep step,
      StepSignals signals) {
    this.parts = parts;
    this.warmUp = new WarmUp(List.copyOf(gradients.values()));
    this.step = step;
    this.signals = signals;
    numbers = tf.stack(List.of(loss.value(), loss.floor(), loss.chance(), encoded.logitScale()));
    clear = sums.clear();
    add = sums.add(gradients, encoded.updates());
  }

  @Override
  public Map<String, Long> trainedParameters() {
    return step.norms().parameters();
  }

  @Override
  public List<Op> targets() {
    return List.of();
  }

  @Override
  public void warmUp(Session session, StepInputs inputs) {
    warmUp.run(session, inputs, runner -> List.of(parts.feedNumber(runner, 0)));
  }

  @Override
  public Measured step(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      boolean withSignals) {
    Map<String, Double> measured = new LinkedHashMap<>();
    double[] mean = new double[4];
    double wait;
    session.run(clear);
    try (BatchParts.Held batch = parts.read(session)) {
      wait = batch.waitSeconds();
      for (int part = 0; part < parts.count(); part++) {
        Session.Runner runner = session.runner().fetch(numbers).addTarget(add);
        if (withSignals && part == 0) {
          runner.fetch(signals.values());
        }
        List<Tensor> fed = inputs.feed(runner, stepNumber, Map.of());
        try (Tensor number = batch.feed(runner, part);
            Result result = runner.run()) {
          float[] ofPart = VariableValues.floats((TFloat32) result.get(0));
          for (int i = 0; i < mean.length; i++) {
            mean[i] += ofPart[i] / parts.count();
          }
          if (withSignals && part == 0) {
            measured.putAll(signals.read(result.get(1)));
          }
        } finally {
          fed.forEach(Tensor::close);
        }
      }
    }
    Map<String, Double> norms =
        step.run(session, inputs, stepNumber, learningRates, withSignals ? measured : null);
    return new Measured(mean[0], mean[1], mean[2], mean[3], wait, norms, measured);
  }
}
