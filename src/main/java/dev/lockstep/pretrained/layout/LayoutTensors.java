package dev.lockstep.pretrained.layout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.tensorflow.ndarray.Shape;

/**
 * A model's variables, or their gradients, as the tensors of another library: what a file in its
 * layout holds.
 */
public final class LayoutTensors {
  private final Function<String, float[]> values;
  private final SortedMap<String, Shape> shapes = new TreeMap<>();
  private final Map<String, Mapping> byTensor = new HashMap<>();
  private final List<String> unknown = new ArrayList<>();

  /** The variable converted last; its other tensors are likely to be asked for next. */
  private Mapping last;

  private List<float[]> lastTensors = List.of();

  /**
   * @param variables of the model, with their shapes
   * @param values gives a variable's elements, row by row
   */
  public LayoutTensors(
      Layout layout, Map<String, Shape> variables, Function<String, float[]> values) {
    this.values = values;
    variables.forEach(
        (variable, shape) ->
            layout
                .mapping(variable, shape)
                .ifPresentOrElse(this::add, () -> unknown.add(variable)));
  }

  private void add(Mapping mapping) {
    for (String tensor : mapping.tensors()) {
      shapes.put(tensor, mapping.tensorShape());
      byTensor.put(tensor, mapping);
    }
  }

  /** The variables that the layout has no name for; a file without them would be another model. */
  public List<String> unknown() {
    return List.copyOf(unknown);
  }

  /** The tensors by name. */
  public SortedMap<String, Shape> shapes() {
    return Collections.unmodifiableSortedMap(shapes);
  }

  /** A tensor's elements, row by row. */
  public float[] value(String tensor) {
    Mapping mapping = byTensor.get(tensor);
    if (mapping == null) {
      throw new IllegalArgumentException("there is no tensor " + tensor);
    }
    if (!mapping.equals(last)) {
      lastTensors = mapping.toTensors(values.apply(mapping.variable()));
      last = mapping;
    }
    return lastTensors.get(mapping.tensors().indexOf(tensor));
  }
}
