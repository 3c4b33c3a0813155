package dev.lockstep.input;

import dev.lockstep.config.Block;

/**
 * How records become batches. None of it but {@code shuffleBuffer} and {@code augment} changes what
 * a training sees; the rest is speed.
 *
 * @param shuffleBuffer records from which the next one is drawn; a buffer as large as the dataset
 *     shuffles it fully
 * @param parallelism threads for the input, and the batches that are worked on at a time
 * @param prefetch batches that are kept ready
 */
public record InputSpec(int shuffleBuffer, int parallelism, int prefetch, AugmentSpec augment) {
  private static final int ONE_PER_CORE = 0;

  /** From the block {@code input}. */
  public static InputSpec from(Block block) {
    int parallelism = block.integer("parallelism", ONE_PER_CORE, 1024, ONE_PER_CORE);
    return new InputSpec(
        block.integer("shuffle-buffer", 1, Integer.MAX_VALUE, 10_000),
        // The resolved file keeps the 0, so that the same experiment may go on elsewhere.
        parallelism == ONE_PER_CORE ? Runtime.getRuntime().availableProcessors() : parallelism,
        block.integer("prefetch", 1, 1024, 2),
        AugmentSpec.from(block.block("augment")));
  }

  /** The same, with another augmentation, for a stage that has its own. */
  public InputSpec withAugment(AugmentSpec other) {
    return new InputSpec(shuffleBuffer, parallelism, prefetch, other);
  }
}
