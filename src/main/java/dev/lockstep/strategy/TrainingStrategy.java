package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.tensorflow.Variable;
import java.util.List;

/**
 * Who learns in a stage. Implementations are found by {@link java.util.ServiceLoader}, so a class
 * of one's own on the class path or in a jar under {@code plugins} is chosen by its name like those
 * that come with Lockstep.
 */
public interface TrainingStrategy {
  /** The name to write under {@code strategy} in an experiment file. */
  String name();

  /**
   * The same strategy with options of its own, which stand beside {@code type} in the block {@code
   * strategy}. A key that it does not ask for is refused.
   */
  default TrainingStrategy with(Block options) {
    return this;
  }

  /**
   * How fast a variable learns, as a factor on the learning rate of its side: 1 as it is, 0 not at
   * all. The part of a tower in which nothing learns is built for evaluation: without dropout, and
   * with batch norm's running statistics, which stay as they are.
   */
  double learningRateFactor(Variable variable);

  /**
   * The whole stage. The default is one phase of {@link #learningRateFactor}; a strategy that needs
   * to see the whole model, or that changes over the stage, has its own.
   *
   * @param variables all that can be learned, in the order of the towers
   */
  default TrainingPlan plan(List<Variable> variables) {
    return TrainingPlan.constant(name(), variables, this::learningRateFactor);
  }
}
