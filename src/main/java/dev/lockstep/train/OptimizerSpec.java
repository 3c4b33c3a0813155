package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import dev.lockstep.model.TowerDepths;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Variable;
import java.util.List;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).
 *
 * @param schedule the learning rate of each tower at each step
 * @param beta1 how much of the mean of the gradients is kept at each step
 * @param beta2 how much of the mean of their squares is kept at each step
 * @param epsilon added to the root of the second mean
 * @param weightDecay share of a weight, times the learning rate, that each step takes away
 * @param layerDecay by how much the learning rate of a block is less than that of the block after
 *     it, as a factor; 1 for no difference (Clark et al. 2020; Bao et al. 2022)
 * @param clip the highest norm of all gradients together, of each tower's where they learn apart; 0
 *     for no limit
 */
public record OptimizerSpec(
    LearningRateSchedule schedule,
    double beta1,
    double beta2,
    double epsilon,
    ByTower weightDecay,
    ByTower layerDecay,
    double clip) {
  /** Those of CLIP (Radford et al. 2021, table 19), in which beta2 is low for stability. */
  private static final List<Double> CLIP_BETAS = List.of(0.9, 0.98);

  /** Reads the block {@code optimizer} of a stage. */
  public static OptimizerSpec from(Block block) {
    LearningRateSchedule schedule = LearningRateSchedule.from(block);
    List<Double> betas = block.numbers("betas", 0, 1, CLIP_BETAS);
    block.check(
        betas.size() == 2 && betas.stream().allMatch(beta -> beta < 1),
        "betas",
        "two numbers under 1, such as [0.9, 0.98]");
    return new OptimizerSpec(
        schedule,
        betas.get(0),
        betas.get(1),
        block.number("epsilon", Double.MIN_NORMAL, 1, 1e-6),
        ByTower.from(block, "weight-decay", 0, 10, 0.1),
        ByTower.from(block, "layer-decay", 0.01, 1, 1),
        block.number("clip", 0, Double.MAX_VALUE, 1));
  }

  /** The options of the step itself, which stay the same through a stage. */
  AdamW.Options adamW() {
    return new AdamW.Options(beta1, beta2, epsilon, clip);
  }

  /** The factor that layer-wise decay puts on the learning rate of a variable. */
  double layerFactor(TowerDepths depths, Variable variable) {
    Side side = Side.of(variable);
    return side == Side.SHARED
        ? 1
        : Math.pow(layerDecay.of(side), depths.blocks(side) + 1.0 - depths.depth(variable));
  }
}
