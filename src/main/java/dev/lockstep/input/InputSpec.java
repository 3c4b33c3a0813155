package dev.lockstep.input;

import dev.lockstep.config.Block;
import dev.lockstep.data.DataSpec.OnBadShard;

/**
 * How records become batches. {@code parallelism}, {@code prefetch} and {@code cacheBytes} change
 * nothing of what a training sees; they are speed.
 *
 * @param shuffleBuffer records from which the next one is drawn; a buffer as large as the dataset
 *     shuffles it fully
 * @param parallelism threads for the input, and the batches that are worked on at a time
 * @param prefetch batches that are kept ready
 * @param arrange which records of a window come into one batch
 * @param cacheBytes memory for records, which are then read from the disk once; 0 for none
 * @param originals how images that are stored as published are resized
 * @param onBadShard what to do where a record cannot be read any more
 */
public record InputSpec(
    int shuffleBuffer,
    int parallelism,
    int prefetch,
    AugmentSpec augment,
    ArrangeSpec arrange,
    long cacheBytes,
    Originals originals,
    OnBadShard onBadShard) {
  private static final int ONE_PER_CORE = 0;

  /** How an image that is stored as it was published comes to the model's size. */
  public enum Originals {
    /** As Pillow does it, bit for bit. */
    EXACT,
    /** Decoded at a reduced scale where it is much larger, with a filter of half the work. */
    FAST
  }

  /** Without what only large datasets need. */
  public InputSpec(int shuffleBuffer, int parallelism, int prefetch, AugmentSpec augment) {
    this(
        shuffleBuffer,
        parallelism,
        prefetch,
        augment,
        ArrangeSpec.OFF,
        0,
        Originals.EXACT,
        OnBadShard.STOP);
  }

  /** From the block {@code input}. */
  public static InputSpec from(Block block) {
    int parallelism = block.integer("parallelism", ONE_PER_CORE, 1024, ONE_PER_CORE);
    return new InputSpec(
        block.integer("shuffle-buffer", 1, Integer.MAX_VALUE, 10_000),
        // The resolved file keeps the 0, so that the same experiment may go on elsewhere.
        parallelism == ONE_PER_CORE ? Runtime.getRuntime().availableProcessors() : parallelism,
        block.integer("prefetch", 1, 1024, 2),
        AugmentSpec.from(block.block("augment")),
        ArrangeSpec.from(block.block("arrange")),
        block.bytes("cache", 0),
        block.choice("originals", Originals.class, Originals.EXACT),
        OnBadShard.STOP);
  }

  /** The same, with another augmentation, for a stage that has its own. */
  public InputSpec withAugment(AugmentSpec other) {
    return new InputSpec(
        shuffleBuffer, parallelism, prefetch, other, arrange, cacheBytes, originals, onBadShard);
  }

  InputSpec withOriginals(Originals other) {
    return new InputSpec(
        shuffleBuffer, parallelism, prefetch, augment, arrange, cacheBytes, other, onBadShard);
  }

  /** The same, with what the data's block says of damaged shards. */
  public InputSpec withOnBadShard(OnBadShard other) {
    return new InputSpec(
        shuffleBuffer, parallelism, prefetch, augment, arrange, cacheBytes, originals, other);
  }

  /** Nothing is changed at random, nothing hurried, nothing kept, and nothing may be missing. */
  InputSpec forEvaluation() {
    return new InputSpec(
        shuffleBuffer,
        parallelism,
        prefetch,
        AugmentSpec.NONE,
        ArrangeSpec.OFF,
        0,
        Originals.EXACT,
        OnBadShard.STOP);
  }
}
