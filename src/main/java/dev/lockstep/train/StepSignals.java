package dev.lockstep.train;

import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What the doctor wants to know of a step besides its loss, as one tensor to fetch. A step that
 * does not fetch it does not compute it.
 */
final class StepSignals {
  private final List<String> names;
  private final Operand<TFloat32> values;

  /**
   * @param signals scalars by name
   */
  StepSignals(Ops tf, List<Map<String, Operand<TFloat32>>> signals) {
    Map<String, Operand<TFloat32>> all = new LinkedHashMap<>();
    signals.forEach(all::putAll);
    names = List.copyOf(all.keySet());
    values = tf.stack(new ArrayList<>(all.values()));
  }

  /** What to fetch. */
  Operand<TFloat32> values() {
    return values;
  }

  /**
   * The signals by name; one that this batch does not have, such as a mean of nothing, is absent.
   */
  Map<String, Double> read(Tensor fetched) {
    float[] numbers = VariableValues.floats((TFloat32) fetched);
    Map<String, Double> byName = new LinkedHashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      if (Float.isFinite(numbers[i])) {
        byName.put(names.get(i), (double) numbers[i]);
      }
    }
    return byName;
  }
}
