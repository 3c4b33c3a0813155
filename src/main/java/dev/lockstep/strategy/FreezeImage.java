package dev.lockstep.strategy;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;

/** The image tower is held fixed, and the text tower learns to fit it (LiT, Zhai et al. 2022). */
public final class FreezeImage implements TrainingStrategy {
  @Override
  public String name() {
    return "freeze-image";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    return Side.of(variable) == Side.IMAGE ? 0 : 1;
  }
}
