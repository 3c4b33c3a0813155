package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import dev.lockstep.model.TowerDepths;
import dev.lockstep.strategy.TrainingPlan.Phase;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradual unfreezing (Howard and Ruder 2018, section 3.3): at first what comes after the blocks
 * learns, then block after block thaws from the output to the input, at last the embeddings. Both
 * towers thaw in step, the one with fewer blocks less often.
 */
public final class Gradual implements TrainingStrategy {
  private final double thawedBy;

  public Gradual() {
    this(0.8);
  }

  private Gradual(double thawedBy) {
    this.thawedBy = thawedBy;
  }

  @Override
  public String name() {
    return "gradual";
  }

  @Override
  public TrainingStrategy with(Block options) {
    return new Gradual(options.number("thawed-by", Double.MIN_NORMAL, 1, thawedBy));
  }

  /** At the end of the stage. */
  @Override
  public double learningRateFactor(Variable variable) {
    return 1;
  }

  @Override
  public TrainingPlan plan(List<Variable> variables) {
    TowerDepths depths = new TowerDepths(variables);
    int most = Math.max(depths.blocks(Side.IMAGE), depths.blocks(Side.TEXT)) + 1;
    List<Phase> phases = new ArrayList<>();
    for (int thawed = 0; thawed <= most; thawed++) {
      double share = (double) thawed / most;
      phases.add(
          Phase.of(
              "gradual " + thawed,
              variables,
              variable -> isThawed(depths, variable, share) ? 1 : 0));
    }
    int last = phases.size() - 1;
    return new TrainingPlan(
        phases, (step, done) -> (int) Math.min(last, Math.floor(done / thawedBy * last)), true);
  }

  /**
   * @param share of the tower that has thawed, seen from the output
   */
  private static boolean isThawed(TowerDepths depths, Variable variable, double share) {
    if (Side.of(variable) == Side.SHARED) {
      return true;
    }
    int top = depths.blocks(Side.of(variable)) + 1;
    return depths.depth(variable) >= top - Math.round(share * top);
  }
}
