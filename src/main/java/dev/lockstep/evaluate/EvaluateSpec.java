package dev.lockstep.evaluate;

import dev.lockstep.config.Block;
import java.util.HashSet;
import java.util.List;

/**
 * The block {@code evaluate} of an experiment file.
 *
 * @param every steps between two evaluations; 0 for one at the end of each stage only
 * @param recallAt the k of each recall, ascending
 * @param batchSize images or texts that are embedded at a time
 * @param bestBy what decides the best checkpoint
 * @param gallery captions that the report shows with their nearest images; 0 for none
 * @param classify images to be classified when a run ends
 */
public record EvaluateSpec(
    int every,
    List<Integer> recallAt,
    int batchSize,
    BestBy bestBy,
    int gallery,
    ClassifySpec classify) {

  /**
   * Reads and checks the block.
   *
   * @throws dev.lockstep.error.InvalidInputException if a value has the wrong type or range
   */
  public static EvaluateSpec from(Block block) {
    List<Integer> recallAt = block.integers("recall-at", 1, Integer.MAX_VALUE, List.of(1, 5, 10));
    block.check(
        !recallAt.isEmpty() && new HashSet<>(recallAt).size() == recallAt.size(),
        "recall-at",
        "one or more different whole numbers, such as [1, 5, 10]");
    BestBy bestBy = block.choice("best-by", BestBy.class, BestBy.MEAN_RECALL);
    block.check(
        !bestBy.needsRecallAtOne() || recallAt.contains(1),
        "recall-at",
        "a list with 1 in it, which best-by asks for");
    return new EvaluateSpec(
        block.integer("every", 0, Integer.MAX_VALUE, 0),
        recallAt.stream().sorted().toList(),
        block.integer("batch-size", 1, 65_536, 256),
        bestBy,
        block.integer("gallery", 0, 1_000, 36),
        ClassifySpec.from(block.block("classify")));
  }
}
