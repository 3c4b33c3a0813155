package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.model.Reference;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.framework.initializers.Ones;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** AdamW against {@code torch.optim.AdamW} with {@code clip_grad_norm_}: three steps. */
class AdamWTest {
  private static final AdamW.Options TORCH = new AdamW.Options(0.9, 0.98, 1e-6, 0.5);

  @Test
  void threeStepsAgreeWithTorch() {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open("adamw", "inputs");
        SafetensorsFile outputs = Reference.open("adamw", "outputs")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Variable w = variables.variable("w", Shape.of(5, 3), Role.WEIGHT, new Zeros<>());
      Variable g = variables.variable("g", Shape.of(3), Role.UNDECAYED, new Zeros<>());
      Operand<TFloat32> x = constant(tf, inputs, "X");
      Operand<TFloat32> y = constant(tf, inputs, "Y");
      Operand<TFloat32> error =
          tf.math.sub(tf.math.mul(tf.linalg.matMul(x, w.value()), g.value()), y);
      Operand<TFloat32> loss = tf.math.mean(tf.math.square(error), tf.constant(new int[] {0, 1}));
      AdamW.Step step =
          new AdamW(graph, tf, variables)
              .step("test", loss, updates(tf, 0.2, w, g), TORCH, List.of());
      VariableValues values = new VariableValues(tf, List.of(w, g));
      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        values.set(session, Map.of("w", inputs.floats("W0"), "g", inputs.floats("g0")));
        for (int i = 1; i <= 3; i++) {
          try (Result result =
              session.runner().fetch(loss).fetch(step.globalNorm()).addTarget(step.apply()).run()) {
            assertThat(((TFloat32) result.get(0)).getFloat())
                .isCloseTo(outputs.floats("loss" + i)[0], within(2e-6f));
            assertThat(((TFloat32) result.get(1)).getFloat())
                .isCloseTo(outputs.floats("norm" + i)[0], within(2e-6f));
          }
          Map<String, float[]> now = values.get(session);
          assertThat(now.get("w")).containsExactly(outputs.floats("W" + i), within(2e-6f));
          assertThat(now.get("g")).containsExactly(outputs.floats("g" + i), within(2e-6f));
        }
      }
    }
  }

  /**
   * With a constant gradient, Adam's first step moves by the learning rate whenever it comes: the
   * bias correction counts a variable's own steps. Counting all steps would move by 0.1 * 0.5 /
   * (sqrt(0.02) * 0.5), about 0.7 of it, after many steps of the other variable.
   */
  @Test
  void biasCorrectionCountsTheStepsOfEachVariable() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Variable early = variables.variable("early", Shape.of(2), Role.UNDECAYED, new Ones<>());
      Variable late = variables.variable("late", Shape.of(2), Role.UNDECAYED, new Ones<>());
      Operand<TFloat32> loss =
          tf.math.mean(tf.math.add(early.value(), late.value()), tf.constant(0));
      AdamW adamW = new AdamW(graph, tf, variables);
      AdamW.Options plain = new AdamW.Options(0.9, 0.98, 1e-6, 0);
      AdamW.Step first = adamW.step("first", loss, updates(tf, 0, early), plain, List.of());
      AdamW.Step second = adamW.step("second", loss, updates(tf, 0, late), plain, List.of());
      VariableValues values = new VariableValues(tf, List.of(early, late));
      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.run(initializer);
        for (int i = 0; i < 20; i++) {
          session.run(first.apply());
        }
        assertThat(values.get(session).get("late")).containsExactly(1f, 1f);
        session.run(second.apply());
        assertThat(values.get(session).get("late"))
            .containsExactly(new float[] {0.95f, 0.95f}, within(1e-5f));
        assertThat(values.get(session).get("early"))
            .containsExactly(new float[] {0f, 0f}, within(1e-4f));
      }
    }
  }

  private static List<AdamW.Update> updates(Ops tf, double weightDecay, Variable... variables) {
    return List.of(variables).stream()
        .map(v -> new AdamW.Update(v, tf.constant(0.05f), weightDecay))
        .toList();
  }

  private static Operand<TFloat32> constant(Ops tf, SafetensorsFile file, String name) {
    return tf.constantOf(TFloat32.tensorOf(file.shape(name), DataBuffers.of(file.floats(name))));
  }
}
