package dev.lockstep.example;

import dev.lockstep.model.Side;
import dev.lockstep.strategy.TrainingStrategy;
import dev.lockstep.tensorflow.Variable;

/** Only biases, projections and the logit scale learn (BitFit, Ben Zaken et al. 2022). */
public final class BiasesOnly implements TrainingStrategy {
  @Override
  public String name() {
    return "biases-only";
  }

  @Override
  public double learningRateFactor(Variable variable) {
    String name = variable.name();
    boolean bias = name.endsWith("/bias") || name.endsWith("/offset");
    return bias || Side.isProjection(name) || Side.of(name) == Side.SHARED ? 1 : 0;
  }
}
