package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.strategy.TrainingStrategies;
import dev.lockstep.strategy.TrainingStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * One element of {@code stages} in an experiment file.
 *
 * @param epochs passes over the training pairs; 0 where {@code steps} is given
 * @param steps how long the stage is; 0 where {@code epochs} is given
 * @param maxSteps where the stage ends at the latest
 */
public record StageSpec(
    String name,
    TrainingStrategy strategy,
    int batchSize,
    double epochs,
    long steps,
    long maxSteps,
    OptimizerSpec optimizer,
    ObjectiveSpec objective) {

  /** Reads the list {@code stages} of an experiment. */
  public static List<StageSpec> listFrom(Block experiment) {
    List<StageSpec> stages = new ArrayList<>();
    for (Block block : experiment.blocks("stages")) {
      StageSpec stage = from(block);
      block.check(
          stages.stream().noneMatch(other -> other.name().equals(stage.name())),
          "name",
          "a name that no other stage has");
      stages.add(stage);
    }
    return List.copyOf(stages);
  }

  private static StageSpec from(Block block) {
    TrainingStrategy strategy = TrainingStrategies.from(block);
    String name = block.string("name", strategy.name());
    block.check(name.matches("[\\w.-]+"), "name", "letters, digits, '.', '_' and '-'");
    boolean bySteps = block.has("steps");
    block.check(!(bySteps && block.has("epochs")), "epochs", "either epochs or steps, not both");
    return new StageSpec(
        name,
        strategy,
        block.integer("batch-size", 2, 1 << 20),
        bySteps ? 0 : block.number("epochs", Double.MIN_NORMAL, 1e6),
        bySteps ? block.integer("steps", 1, Integer.MAX_VALUE) : 0,
        Long.MAX_VALUE,
        OptimizerSpec.from(block.block("optimizer")),
        ObjectiveSpec.from(block.block("objective")));
  }

  /**
   * How many steps the stage takes, one at least.
   *
   * @param pairs in the training data
   */
  public long steps(long pairs) {
    long wanted = steps > 0 ? steps : Math.max(1, Math.round(epochs * pairs / batchSize));
    return Math.min(wanted, maxSteps);
  }

  /** The same, but ended after some steps. */
  public StageSpec atMost(long limit) {
    return new StageSpec(name, strategy, batchSize, epochs, steps, limit, optimizer, objective);
  }
}
