package dev.lockstep.example;

import dev.lockstep.model.Side;
import dev.lockstep.strategy.TrainingStrategy;
import dev.lockstep.tensorflow.Variable;

/** The towers keep their weights; what brings them together learns. */
public final class ProjectionsOnly implements TrainingStrategy {
  @Override
  public String name() {
    return "projections-only";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    boolean projection = variable.name().endsWith("/projection/kernel");
    return projection || Side.of(variable) == Side.SHARED ? 1 : 0;
  }
}
