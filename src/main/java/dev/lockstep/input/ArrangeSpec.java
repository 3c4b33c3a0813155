package dev.lockstep.input;

import dev.lockstep.config.Block;

/**
 * How the records of a window of batches are arranged among them: the block <code>
 * input.arrange { ... }</code>.
 *
 * @param byLength captions of like length in one batch, which needs less padding
 * @param apart pairs of the same caption or image in different batches, where there is room
 * @param window batches; a record is moved by fewer than this
 */
public record ArrangeSpec(boolean byLength, boolean apart, int window) {
  /** Every record where the shuffling puts it. */
  public static final ArrangeSpec OFF = new ArrangeSpec(false, false, 16);

  public static ArrangeSpec from(Block block) {
    return new ArrangeSpec(
        block.flag("by-length", false),
        block.flag("apart", false),
        block.integer("window", 2, 4096, OFF.window));
  }

  /** Whether every record stays where the shuffling puts it. */
  public boolean isOff() {
    return !byLength && !apart;
  }
}
