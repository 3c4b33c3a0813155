package dev.lockstep.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * Gradients that several runs of the session add up before one step is taken. They are no part of a
 * checkpoint: between two steps they hold nothing of use. Graphs in one session share them.
 */
public final class GradientSums {
  private final Ops tf;
  private final Map<Variable, VarHandleOp> sums = new LinkedHashMap<>();

  public GradientSums(Ops tf, List<Variable> variables) {
    this.tf = tf;
    for (Variable variable : variables) {
      sums.put(
          variable,
          tf.varHandleOp(
              TFloat32.class,
              variable.shape(),
              VarHandleOp.sharedName("gradient-sum/" + variable.name())));
    }
  }

  /** Sets all to zero. */
  public Op clear() {
    List<Op> cleared = new ArrayList<>();
    sums.forEach(
        (variable, sum) ->
            cleared.add(
                tf.assignVariableOp(
                    sum, tf.fill(tf.constant(variable.shape().asArray()), tf.constant(0f)))));
    return tf.withControlDependencies(cleared).noOp();
  }

  /**
   * Adds to some of them.
   *
   * @param after what must have run before
   */
  public Op add(Map<Variable, Operand<TFloat32>> gradients, List<Op> after) {
    Ops ready = tf.withControlDependencies(after);
    List<Op> added = new ArrayList<>();
    gradients.forEach(
        (variable, gradient) -> added.add(ready.assignAddVariableOp(sums.get(variable), gradient)));
    return tf.withControlDependencies(added).noOp();
  }

  /** What was added up for a variable. */
  public Operand<TFloat32> of(Variable variable) {
    return tf.readVariableOp(sums.get(variable), TFloat32.class);
  }
}
