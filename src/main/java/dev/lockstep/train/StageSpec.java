package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.input.ArrangeSpec;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.strategy.Apart;
import dev.lockstep.strategy.TrainingStrategies;
import dev.lockstep.strategy.TrainingStrategy;
import dev.lockstep.train.LearningRateSchedule.Decay;
import java.util.ArrayList;
import java.util.List;

/**
 * One element of {@code stages} in an experiment file.
 *
 * @param end when the stage ends
 * @param captionsPerImage how many captions of an image come together, for which its tower is run
 *     once
 * @param microBatch how much of a batch goes through the towers at a time
 * @param augment whether images are changed as {@code input.augment} says
 * @param cache of what a fixed tower makes of the data
 */
public record StageSpec(
    String name,
    TrainingStrategy strategy,
    int batchSize,
    int captionsPerImage,
    MicroBatchSpec microBatch,
    StageEnd end,
    boolean augment,
    FeatureCacheSpec cache,
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
      block.check(
          stage.captionsPerImage() == 1
              || ArrangeSpec.from(experiment.block("input").block("arrange")).isOff(),
          "captions-per-image",
          "1 with input.arrange, which moves each pair by itself; or input.arrange left out");
      stages.add(stage);
    }
    return List.copyOf(stages);
  }

  private static StageSpec from(Block block) {
    TrainingStrategy strategy = TrainingStrategies.from(block);
    String name = block.string("name", strategy.name());
    block.check(name.matches("[\\w.-]+"), "name", "letters, digits, '.', '_' and '-'");
    int batchSize = block.integer("batch-size", 2, 1 << 20);
    int captionsPerImage = block.integer("captions-per-image", 1, 1000, 1);
    block.check(
        batchSize % captionsPerImage == 0,
        "captions-per-image",
        "a divisor of batch-size (" + batchSize + "), which counts pairs");
    MicroBatchSpec microBatch = MicroBatchSpec.from(block, batchSize);
    block.check(
        microBatch.size() % captionsPerImage == 0,
        "captions-per-image",
        "a divisor of micro-batch-size (" + microBatch.size() + ")");
    StageEnd end = StageEnd.from(block);
    ObjectiveSpec objective = objective(block, strategy);
    block.check(
        captionsPerImage == 1 || !objective.refusesRepeated(),
        "captions-per-image",
        "1 where repeated-are-positives is false: an image's captions are all right answers to it");
    Block optimizer = block.block("optimizer");
    StageSpec stage =
        new StageSpec(
            name,
            strategy,
            batchSize,
            captionsPerImage,
            microBatch,
            end,
            block.flag("augment", true),
            FeatureCacheSpec.from(block),
            OptimizerSpec.from(optimizer),
            objective);
    optimizer.check(
        end.isForeseen() || stage.optimizer().schedule().decay() == Decay.CONSTANT,
        "decay",
        "constant where patience alone ends the stage, since nothing says when that is; or give"
            + " steps, epochs or duration besides");
    return stage;
  }

  private static ObjectiveSpec objective(Block stage, TrainingStrategy strategy) {
    boolean apart = strategy.name().equals(Apart.NAME);
    Block block = stage.block("objective");
    ObjectiveSpec objective =
        ObjectiveSpec.from(block, apart ? ObjectiveSpec.Type.APART : ObjectiveSpec.Type.INFO_NCE);
    block.check(
        !apart || objective.type() == ObjectiveSpec.Type.APART,
        "type",
        "apart, since the stage's strategy is; for one tower alone take two-views with"
            + " freeze-text, or masked-language with freeze-image");
    return objective;
  }

  /**
   * How many steps the stage takes at most; 0 where that is not known.
   *
   * @param pairs in the training data
   */
  public long steps(long pairs) {
    return end.steps(pairs, batchSize);
  }

  /** The same, but ended after some steps. */
  public StageSpec atMost(long limit) {
    return new StageSpec(
        name,
        strategy,
        batchSize,
        captionsPerImage,
        microBatch,
        end.atMost(limit),
        augment,
        cache,
        optimizer,
        objective);
  }
}
