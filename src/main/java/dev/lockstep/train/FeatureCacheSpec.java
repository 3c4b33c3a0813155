package dev.lockstep.train;

import dev.lockstep.config.Block;

/**
 * Whether a stage computes the features of a tower that it holds fixed once, and reads them from
 * the disk from then on.
 *
 * @param views how many augmented views of each image are kept; 0 where images that are augmented
 *     are computed each time
 */
public record FeatureCacheSpec(Mode mode, int views) {
  /** When features are computed ahead of the steps. */
  public enum Mode {
    /** Where they are there, or the stage takes each record once at least. */
    AUTO,
    ON,
    OFF
  }

  /** Reads the keys {@code cache} and {@code cache-views} of a stage. */
  static FeatureCacheSpec from(Block stage) {
    return new FeatureCacheSpec(
        stage.choice("cache", Mode.class, Mode.AUTO), stage.integer("cache-views", 0, 1000, 0));
  }
}
