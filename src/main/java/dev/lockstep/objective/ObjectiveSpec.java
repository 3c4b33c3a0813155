package dev.lockstep.objective;

import dev.lockstep.config.Block;

/**
 * The block {@code objective} of a stage.
 *
 * @param repeatedArePositives whether rows of a batch with the same caption or the same image are
 *     right answers to each other
 */
public record ObjectiveSpec(Type type, boolean repeatedArePositives) {

  /** The objectives there are. */
  public enum Type {
    INFO_NCE
  }

  public static ObjectiveSpec from(Block block) {
    return new ObjectiveSpec(
        block.choice("type", Type.class, Type.INFO_NCE),
        block.flag("repeated-are-positives", true));
  }

  public Objective objective() {
    return switch (type) {
      case INFO_NCE -> new InfoNce(repeatedArePositives);
    };
  }
}
