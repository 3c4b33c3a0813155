package dev.lockstep.strategy;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;

/** The text tower is held fixed, and the image tower learns to fit it. */
public final class FreezeText implements TrainingStrategy {
  @Override
  public String name() {
    return "freeze-text";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    return Side.of(variable) == Side.TEXT ? 0 : 1;
  }
}
