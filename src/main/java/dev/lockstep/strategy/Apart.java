package dev.lockstep.strategy;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;

/**
 * Each tower learns by itself, and nobody compares an image with a caption: the rows of the CSV
 * need not be pairs. It goes with the objective {@code apart}.
 */
public final class Apart implements TrainingStrategy {
  public static final String NAME = "apart";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double learningRateFactor(Variable variable) {
    boolean joins = Side.of(variable) == Side.SHARED || Side.isProjection(variable.name());
    return joins ? 0 : 1;
  }
}
