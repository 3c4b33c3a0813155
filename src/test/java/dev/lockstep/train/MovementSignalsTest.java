package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.framework.initializers.Constant;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class MovementSignalsTest {

  /** Four weights of 3 have the norm 6; Adam's first step moves each of them by the rate of 0.5. */
  @Test
  void normsBeforeTheStepAndOfTheStep() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 1);
      Variable weights =
          variables.variable(
              "text/weights", Shape.of(2, 2), Variable.Role.UNDECAYED, new Constant<TFloat32>(3));
      AdamW adamW = new AdamW(graph, tf, variables);
      Operand<TFloat32> loss = tf.sum(weights.value(), tf.constant(new int[] {0, 1}));
      List<AdamW.Update> updates = List.of(new AdamW.Update(weights, tf.constant(0.5f), 0));
      AdamW.Options options = new AdamW.Options(0.9, 0.98, 1e-9, 0);
      Op step = adamW.step("step", loss, updates, options, List.of()).apply();
      StepSignals signals = new StepSignals(tf, List.of(MovementSignals.of(tf, updates, step)));
      Op initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        try (Result result = session.runner().fetch(signals.values()).addTarget(step).run()) {
          Map<String, Double> read = signals.read(result.get(0));
          assertThat(read).containsOnlyKeys("parameter-norm/text", "update-norm/text");
          assertThat(read.get("parameter-norm/text")).isCloseTo(6, within(1e-6));
          assertThat(read.get("update-norm/text")).isCloseTo(1, within(1e-5));
        }
      }
    }
  }
}
