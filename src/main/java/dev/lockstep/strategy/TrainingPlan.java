package dev.lockstep.strategy;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Who learns at which time of a stage: some sets of variables, and which of them is learned at a
 * step. Each set is a train operation of its own, so that what is fixed costs nothing.
 *
 * @param timing which phase a step belongs to
 * @param followsEnd whether the timing asks how much of the stage is done, so that the stage must
 *     have an end that is known before it is reached
 */
public record TrainingPlan(List<Phase> phases, Timing timing, boolean followsEnd) {

  /**
   * One set.
   *
   * @param learning by how much the learning rate of its side is multiplied for each variable that
   *     learns; more than 0
   */
  public record Phase(String name, Map<Variable, Double> learning) {
    public Phase {
      learning = Collections.unmodifiableMap(new LinkedHashMap<>(learning));
    }

    /** The variables for which the factor is above 0. */
    public static Phase of(
        String name, List<Variable> variables, ToDoubleFunction<Variable> factor) {
      Map<Variable, Double> learning = new LinkedHashMap<>();
      for (Variable variable : variables) {
        double value = factor.applyAsDouble(variable);
        if (!(value >= 0) || Double.isInfinite(value)) {
          throw new IllegalArgumentException(
              "the factor of " + variable.name() + " is " + value + ", not a number from 0 on");
        }
        if (value > 0) {
          learning.put(variable, value);
        }
      }
      return new Phase(name, learning);
    }
  }

  /** Which phase a step belongs to. */
  public interface Timing {
    /**
     * @param step steps of the stage that were taken before
     * @param done how much of the stage is done, from 0 to 1; 0 where that is not known
     */
    int phase(long step, double done);
  }

  public TrainingPlan {
    phases = List.copyOf(phases);
  }

  /** The same set throughout. */
  public static TrainingPlan constant(
      String name, List<Variable> variables, ToDoubleFunction<Variable> factor) {
    return new TrainingPlan(List.of(Phase.of(name, variables, factor)), (step, done) -> 0, false);
  }

  /** Whether nothing of a tower learns in any phase, its projection aside. */
  public boolean fixesFeatures(Side side) {
    return phases.stream()
        .flatMap(phase -> phase.learning().keySet().stream())
        .noneMatch(v -> Side.of(v) == side && !Side.isProjection(v.name()));
  }
}
