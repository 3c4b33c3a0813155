package dev.lockstep.train;

import dev.lockstep.config.Block;

/**
 * The block {@code doctor}: how closely a training is watched.
 *
 * @param every steps from one measurement of the signals to the next
 */
public record WatchSpec(int every) {

  public static WatchSpec from(Block block) {
    return new WatchSpec(block.integer("every", 1, Integer.MAX_VALUE, 10));
  }

  /**
   * Whether a step measures the signals; the first of a stage does.
   *
   * @param stageStep steps of the stage that were taken before it
   */
  boolean isDue(long stageStep) {
    return stageStep % every == 0;
  }
}
