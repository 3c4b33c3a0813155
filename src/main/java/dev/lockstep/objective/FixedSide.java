package dev.lockstep.objective;

import dev.lockstep.model.Side;

/** For objectives in which one tower learns from the other, which is held fixed. */
final class FixedSide {
  private FixedSide() {}

  /**
   * The side that is held fixed.
   *
   * @param objective its type, as it stands in an experiment file
   * @throws dev.lockstep.error.InvalidInputException unless it is exactly one of the towers
   */
  static Side of(Forward forward, String objective) {
    boolean image = forward.learns(Side.IMAGE);
    boolean text = forward.learns(Side.TEXT);
    if (image == text) {
      throw forward.unsuited(
          "its objective is "
              + objective
              + ", and "
              + (image ? "both towers are trained" : "no tower is trained"),
          "with "
              + objective
              + " one tower learns from the other as it is: take strategy = freeze-image or"
              + " freeze-text, or another objective.type");
    }
    return image ? Side.TEXT : Side.IMAGE;
  }
}
