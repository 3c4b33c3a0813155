package dev.lockstep.tensorflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Reads and sets the values of variables from Java. All go in one run of the session: each new set
 * of feeds and fetches costs a quarter of a second on a large graph.
 */
public final class VariableValues {
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Placeholder<TFloat32>> values = new LinkedHashMap<>();
  private final Op assign;

  /** To be made before the session's first run. */
  public VariableValues(Ops tf, Collection<Variable> variables) {
    List<Op> assignments = new ArrayList<>();
    for (Variable variable : variables) {
      Placeholder<TFloat32> value =
          tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
      this.variables.put(variable.name(), variable);
      values.put(variable.name(), value);
      assignments.add(variable.assign(tf, value));
    }
    assign = tf.withControlDependencies(assignments).noOp();
  }

  /**
   * Sets all variables.
   *
   * @param newValues for each variable its elements, row by row
   * @throws IllegalArgumentException if one is missing or has another number of elements
   */
  public void set(Session session, Map<String, float[]> newValues) {
    set(session, newValues::get);
  }

  /**
   * Sets all variables, taking the values one by one, so that they need not be in Java's memory all
   * at once.
   *
   * @param newValues gives, for a variable's name, its elements, row by row
   * @throws IllegalArgumentException if one is missing or has another number of elements
   */
  public void set(Session session, Function<String, float[]> newValues) {
    List<TFloat32> tensors = new ArrayList<>();
    try {
      Session.Runner runner = session.runner().addTarget(assign);
      for (Variable variable : variables.values()) {
        float[] value = newValues.apply(variable.name());
        if (value == null || value.length != variable.size()) {
          throw new IllegalArgumentException(
              variable.name()
                  + variable.shape()
                  + ": given "
                  + (value == null ? "nothing" : value.length + " elements"));
        }
        TFloat32 tensor = TFloat32.tensorOf(variable.shape(), DataBuffers.of(value));
        tensors.add(tensor);
        runner.feed(values.get(variable.name()), tensor);
      }
      runner.run().close();
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  /** The elements of each variable, row by row. */
  public Map<String, float[]> get(Session session) {
    Session.Runner runner = session.runner();
    variables.values().forEach(v -> runner.fetch(v.value()));
    Map<String, float[]> result = new LinkedHashMap<>();
    try (Result fetched = runner.run()) {
      int i = 0;
      for (Variable variable : variables.values()) {
        result.put(variable.name(), floats((TFloat32) fetched.get(i++)));
      }
    }
    return result;
  }

  /** A tensor's elements, row by row. */
  public static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
