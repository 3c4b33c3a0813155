package dev.lockstep.strategy;

import dev.lockstep.tensorflow.Variable;

/**
 * Who learns in a stage. Implementations are found by {@link java.util.ServiceLoader}, so a class
 * of one's own on the class path is chosen by its name like those that come with Lockstep.
 */
public interface TrainingStrategy {
  /** The name to write under {@code strategy} in an experiment file. */
  String name();

  /**
   * How fast a variable learns, as a factor on the learning rate of its side: 1 as it is, 0 not at
   * all. A tower of which nothing learns is built for evaluation: without dropout, and with batch
   * norm's running statistics, which stay as they are.
   */
  double learningRateFactor(Variable variable);
}
