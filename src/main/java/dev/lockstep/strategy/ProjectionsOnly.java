package dev.lockstep.strategy;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;

/** The towers are held fixed; the projections into the common space and the scale learn. */
public final class ProjectionsOnly implements TrainingStrategy {
  @Override
  public String name() {
    return "projections-only";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    return Side.of(variable) == Side.SHARED || Side.isProjection(variable.name()) ? 1 : 0;
  }
}
