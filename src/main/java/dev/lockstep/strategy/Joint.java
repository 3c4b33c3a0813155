package dev.lockstep.strategy;

import dev.lockstep.tensorflow.Variable;

/** Both towers learn. */
public final class Joint implements TrainingStrategy {
  @Override
  public String name() {
    return "joint";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    return 1;
  }
}
