package dev.lockstep.tensorflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;

/** TensorFlow's gradients, which fail where a value does not depend on what is asked for. */
public final class Gradients {
  private Gradients() {}

  /**
   * The gradients of the sum of {@code values}, each weighted by what is given for it.
   *
   * @param weights of the shapes of the values; empty for 1 everywhere
   * @param of for what
   * @return one for each of those; null where no value depends on it
   */
  @SuppressWarnings("unchecked")
  public static List<Operand<TFloat32>> of(
      Graph graph,
      String name,
      List<Operand<TFloat32>> values,
      List<Operand<TFloat32>> weights,
      List<Operand<TFloat32>> of) {
    Set<String> before = operationsBefore(values);
    List<Operand<TFloat32>> reached =
        of.stream().filter(operand -> before.contains(operand.op().name())).toList();
    List<Operand<TFloat32>> gradients = new ArrayList<>(Collections.nCopies(of.size(), null));
    if (reached.isEmpty()) {
      return gradients;
    }
    Output<?>[] found =
        graph.addGradients(
            name + "_gradients",
            outputs(values),
            outputs(reached),
            weights.isEmpty() ? null : outputs(weights));
    for (int i = 0; i < found.length; i++) {
      gradients.set(of.indexOf(reached.get(i)), (Output<TFloat32>) found[i]);
    }
    return gradients;
  }

  private static Output<?>[] outputs(List<Operand<TFloat32>> operands) {
    return operands.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
  }

  /** The names of all operations that operands are computed from. */
  private static Set<String> operationsBefore(List<Operand<TFloat32>> operands) {
    Set<String> found = new HashSet<>();
    Deque<GraphOperation> open = new ArrayDeque<>();
    operands.forEach(operand -> open.add((GraphOperation) operand.op()));
    while (!open.isEmpty()) {
      GraphOperation next = open.remove();
      if (found.add(next.name())) {
        for (Operand<?> input : next.inputs()) {
          open.add((GraphOperation) input.op());
        }
      }
    }
    return found;
  }
}
