package dev.lockstep.train;

import dev.lockstep.config.Block;

/**
 * The block {@code doctor}: how closely a training is watched, and what happens when it collapses.
 *
 * @param every steps from one measurement of the signals to the next
 * @param onCollapse what to do when all similarities are equal or the loss is no number
 * @param rollBacks how often a run may go back before it is given up
 * @param rollBackRate the factor on all learning rates each time
 */
public record WatchSpec(int every, OnCollapse onCollapse, int rollBacks, double rollBackRate) {

  /** What to do with a training that learns nothing any more. */
  public enum OnCollapse {
    /** To say so and go on; a loss that is no number ends the run in any case. */
    CONTINUE,
    /** To end the run. */
    STOP,
    /** To go on from the last checkpoint before it, with lower learning rates. */
    ROLL_BACK
  }

  public static WatchSpec from(Block block) {
    return new WatchSpec(
        block.integer("every", 1, Integer.MAX_VALUE, 10),
        block.choice("on-collapse", OnCollapse.class, OnCollapse.CONTINUE),
        block.integer("roll-backs", 1, 100, 2),
        block.number("roll-back-rate", 0.001, 0.999, 0.3));
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
