package dev.lockstep.train;

import dev.lockstep.config.Block;

/**
 * How a stage's batch goes through the towers.
 *
 * @param size pairs at a time; 0 for the whole batch at once
 */
public record MicroBatchSpec(int size, Accumulation accumulation) {
  /** How the parts of a batch make one step. */
  public enum Accumulation {
    /**
     * The loss is that of the whole batch (GradCache, Gao et al. 2021): its embeddings first, part
     * by part, then the loss and its gradients to them, then each part once more with those.
     */
    CACHED_FEATURES,
    /** The mean of the losses of the parts, each of which knows only its own pairs. */
    SEPARATE_LOSSES
  }

  /** The whole batch at once. */
  public static final MicroBatchSpec NONE = new MicroBatchSpec(0, Accumulation.CACHED_FEATURES);

  /** Reads the keys {@code micro-batch-size} and {@code accumulation} of a stage. */
  static MicroBatchSpec from(Block stage, int batchSize) {
    int size = stage.integer("micro-batch-size", 0, 1 << 20, 0);
    Accumulation accumulation =
        stage.choice("accumulation", Accumulation.class, Accumulation.CACHED_FEATURES);
    stage.check(
        size == 0 || (size <= batchSize && batchSize % size == 0),
        "micro-batch-size",
        "0, or a divisor of batch-size (" + batchSize + ")");
    stage.check(
        size != 1 || accumulation == Accumulation.CACHED_FEATURES,
        "micro-batch-size",
        "2 or more, since with accumulation = separate-losses a part has no other pairs to tell its"
            + " own from");
    return new MicroBatchSpec(size, accumulation);
  }

  boolean isWhole() {
    return size == 0;
  }
}
