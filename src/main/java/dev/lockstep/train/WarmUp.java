package dev.lockstep.train;

import dev.lockstep.tensorflow.AdamW;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A run that computes the gradients of a step and forgets them. They are fetched, so that all of
 * them are in memory at once, as they are in the step.
 */
record WarmUp(List<Operand<TFloat32>> gradients) {
  /**
   * That of a whole step: beside its gradients, the variables are in memory twice where its signals
   * ask how far they moved.
   */
  static WarmUp of(Ops tf, AdamW.Step step) {
    List<Operand<TFloat32>> fetched = new ArrayList<>(step.gradients());
    step.updates().forEach(update -> fetched.add(tf.deepCopy(update.variable().value())));
    return new WarmUp(fetched);
  }

  /**
   * Runs.
   *
   * @param inputs with a batch of their own
   * @param more feeds what the gradients depend on besides, and gives what it fed
   */
  void run(Session session, StepInputs inputs, Function<Session.Runner, List<Tensor>> more) {
    Session.Runner runner = session.runner();
    gradients.forEach(runner::fetch);
    List<Tensor> fed = new ArrayList<>(inputs.feed(runner, 0, Map.of()));
    fed.addAll(more.apply(runner));
    try {
      runner.run().close();
    } finally {
      fed.forEach(Tensor::close);
    }
  }
}
