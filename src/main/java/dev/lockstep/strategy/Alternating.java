package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import dev.lockstep.strategy.TrainingPlan.Phase;
import dev.lockstep.tensorflow.Variable;
import java.util.List;

/**
 * The towers learn in turn, some steps the one and as many the other, each fitting itself to the
 * other as it stands: block coordinate descent.
 */
public final class Alternating implements TrainingStrategy {
  private final int every;
  private final Side first;

  public Alternating() {
    this(100, Side.IMAGE);
  }

  private Alternating(int every, Side first) {
    this.every = every;
    this.first = first;
  }

  private enum Tower {
    IMAGE,
    TEXT
  }

  @Override
  public String name() {
    return "alternating";
  }

  @Override
  public TrainingStrategy with(Block options) {
    return new Alternating(
        options.integer("every", 1, Integer.MAX_VALUE, every),
        options.choice("first", Tower.class, Tower.IMAGE) == Tower.IMAGE ? Side.IMAGE : Side.TEXT);
  }

  /** In its turn. */
  @Override
  public double learningRateFactor(Variable variable) {
    return 1;
  }

  @Override
  public TrainingPlan plan(List<Variable> variables) {
    Side second = first == Side.IMAGE ? Side.TEXT : Side.IMAGE;
    return new TrainingPlan(
        List.of(only(first, second, variables), only(second, first, variables)),
        (step, done) -> (int) (step / every % 2),
        false);
  }

  private static Phase only(Side learning, Side fixed, List<Variable> variables) {
    return Phase.of(learning.label(), variables, v -> Side.of(v) == fixed ? 0 : 1);
  }
}
