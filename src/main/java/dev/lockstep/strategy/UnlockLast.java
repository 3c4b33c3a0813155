package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import dev.lockstep.model.TowerDepths;
import dev.lockstep.tensorflow.Variable;
import java.util.List;

/**
 * Only the last blocks of each tower learn, with all that comes after them: partial fine-tuning
 * (Yosinski et al. 2014; He et al. 2022, section 5).
 */
public final class UnlockLast implements TrainingStrategy {
  private final Block options;
  private final int image;
  private final int text;

  public UnlockLast() {
    this(Block.parse(""), 1, 1);
  }

  private UnlockLast(Block options, int image, int text) {
    this.options = options;
    this.image = image;
    this.text = text;
  }

  @Override
  public String name() {
    return "unlock-last";
  }

  @Override
  public TrainingStrategy with(Block options) {
    return new UnlockLast(
        options, options.integer("image", 0, 1024, image), options.integer("text", 0, 1024, text));
  }

  /** Without the model's other variables nobody knows which block is the last. */
  @Override
  public double learningRateFactor(Variable variable) {
    return 1;
  }

  @Override
  public TrainingPlan plan(List<Variable> variables) {
    TowerDepths depths = new TowerDepths(variables);
    check(depths, Side.IMAGE);
    check(depths, Side.TEXT);
    return TrainingPlan.constant(
        name(),
        variables,
        variable -> {
          Side side = Side.of(variable);
          return depths.depth(variable) > depths.blocks(side) - unlocked(side) ? 1 : 0;
        });
  }

  private void check(TowerDepths depths, Side side) {
    int blocks = depths.blocks(side);
    options.check(
        unlocked(side) <= blocks,
        side.label(),
        "at most the number of the " + side.label() + " tower's blocks, " + blocks);
  }

  private int unlocked(Side side) {
    return switch (side) {
      case IMAGE -> image;
      case TEXT -> text;
      case SHARED -> 1;
    };
  }
}
