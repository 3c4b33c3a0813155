package dev.lockstep.train;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How far a step moves what learns, as scalars of the graph. */
final class MovementSignals {
  private MovementSignals() {}

  /**
   * By tower, the norm of all its learning variables before the step and the norm of their change;
   * docs/doctor.md names them.
   *
   * @param step changes the variables
   */
  static Map<String, Operand<TFloat32>> of(Ops tf, List<AdamW.Update> updates, Op step) {
    Map<String, Operand<TFloat32>> signals = new LinkedHashMap<>();
    Ops after = tf.withControlDependencies(List.of(step));
    for (Side side : Side.values()) {
      List<Operand<TFloat32>> norms = new ArrayList<>();
      List<Operand<TFloat32>> changes = new ArrayList<>();
      for (AdamW.Update update : updates) {
        Variable variable = update.variable();
        if (Side.of(variable) == side) {
          Operand<TFloat32> before = variable.value();
          Operand<TFloat32> now = after.readVariableOp(variable.handle(), TFloat32.class);
          norms.add(tf.nn.l2Loss(before));
          changes.add(tf.nn.l2Loss(tf.math.sub(now, before)));
        }
      }
      if (!norms.isEmpty()) {
        signals.put("parameter-norm/" + side.label(), norm(tf, norms));
        signals.put("update-norm/" + side.label(), norm(tf, changes));
      }
    }
    return signals;
  }

  /** TensorFlow's l2Loss is half of the squared norm. */
  private static Operand<TFloat32> norm(Ops tf, List<Operand<TFloat32>> halves) {
    return tf.math.sqrt(tf.math.mul(AdamW.sum(tf, halves), tf.constant(2f)));
  }
}
