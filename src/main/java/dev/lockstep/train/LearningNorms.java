package dev.lockstep.train;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** By side, how much learns in a step and how large its gradient is. */
final class LearningNorms {
  private final Map<String, Long> parameters = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> norms = new LinkedHashMap<>();

  LearningNorms(Ops tf, AdamW.Step step) {
    for (Side side : Side.values()) {
      List<Operand<TFloat32>> squares = new ArrayList<>();
      long count = 0;
      for (int i = 0; i < step.updates().size(); i++) {
        Variable variable = step.updates().get(i).variable();
        if (Side.of(variable) == side) {
          count += variable.size();
          squares.add(step.squaredNorms().get(i));
        }
      }
      parameters.put(side.label(), count);
      if (!squares.isEmpty()) {
        norms.put(side.label(), tf.math.sqrt(AdamW.sum(tf, squares)));
      }
    }
  }

  /** Of each side, how many parameters learn. */
  Map<String, Long> parameters() {
    return parameters;
  }

  /** Scalars, for the sides that learn. */
  List<Operand<TFloat32>> norms() {
    return List.copyOf(norms.values());
  }

  /**
   * The norms by side.
   *
   * @param numbers among them the values of {@link #norms}
   * @param from where those begin
   */
  Map<String, Double> read(float[] numbers, int from) {
    Map<String, Double> read = new LinkedHashMap<>();
    int next = from;
    for (String side : norms.keySet()) {
      read.put(side, (double) numbers[next++]);
    }
    return read;
  }
}
