package dev.lockstep.train;

import dev.lockstep.config.Block;
import java.time.Duration;

/**
 * The block {@code checkpoint} of an experiment file. One is always written at the end of a stage
 * and on an interrupt.
 *
 * @param every the longest time between two
 * @param steps steps between two; 0 to go by time alone
 * @param keep how many of the last are kept, besides the best
 */
public record CheckpointSpec(Duration every, int steps, int keep) {
  public static CheckpointSpec from(Block block) {
    return new CheckpointSpec(
        block.duration("every", Duration.ofMinutes(5)),
        block.integer("steps", 0, Integer.MAX_VALUE, 0),
        block.integer("keep", 1, 1000, 2));
  }
}
