package dev.lockstep.train;

import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.GradientSums;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The end of a step whose gradients were added up in several runs. */
final class SummedStep {
  private final Op apply;
  private final LearningNorms norms;
  private final Operand<TFloat32> values;
  private final StepSignals signals;

  /**
   * @param learning the variables that have a gradient
   * @param step makes the optimizer's step of gradients
   * @param bounded adds to a step what keeps the variables within their bounds
   */
  SummedStep(
      Ops tf,
      GradientSums sums,
      Set<Variable> learning,
      Function<Map<Variable, Operand<TFloat32>>, AdamW.Step> step,
      Function<AdamW.Step, Op> bounded) {
    Map<Variable, Operand<TFloat32>> gradients = new LinkedHashMap<>();
    learning.forEach(variable -> gradients.put(variable, sums.of(variable)));
    AdamW.Step made = step.apply(gradients);
    apply = bounded.apply(made);
    norms = new LearningNorms(tf, made);
    values = tf.stack(new ArrayList<>(norms.norms()));
    signals = new StepSignals(tf, List.of(MovementSignals.of(tf, made.updates(), apply)));
  }

  LearningNorms norms() {
    return norms;
  }

  /**
   * Takes the step.
   *
   * @param measured takes the signals; null where they are not asked for
   * @return the norms of the gradients by side
   */
  Map<String, Double> run(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      Map<String, Double> measured) {
    Session.Runner runner = session.runner().fetch(values).addTarget(apply);
    if (measured != null) {
      runner.fetch(signals.values());
    }
    List<Tensor> fed = inputs.feed(runner, stepNumber, learningRates);
    try (Result result = runner.run()) {
      if (measured != null) {
        measured.putAll(signals.read(result.get(1)));
      }
      return norms.read(VariableValues.floats((TFloat32) result.get(0)), 0);
    } finally {
      fed.forEach(Tensor::close);
    }
  }
}
