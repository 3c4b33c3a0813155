package dev.lockstep.train;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;

/**
 * A number for each tower.
 *
 * @param shared for what belongs to no tower, such as the logit scale
 */
public record ByTower(double image, double text, double shared) {

  /** The same for all. */
  public static ByTower all(double value) {
    return new ByTower(value, value, value);
  }

  /**
   * One number, or a block { image, text } with one for each tower, whose missing keys have the
   * default. What is shared has the higher of the two unless there is only one.
   */
  static ByTower from(Block block, String key, double min, double max, double fallback) {
    if (!block.isBlock(key)) {
      return all(block.number(key, min, max, fallback));
    }
    Block towers = block.block(key);
    double image = towers.number("image", min, max, fallback);
    double text = towers.number("text", min, max, fallback);
    return new ByTower(image, text, Math.max(image, text));
  }

  /** As {@link #from}, in whole numbers. */
  static ByTower integersFrom(Block block, String key, int max, int fallback) {
    if (!block.isBlock(key)) {
      return all(block.integer(key, 0, max, fallback));
    }
    Block towers = block.block(key);
    int image = towers.integer("image", 0, max, fallback);
    int text = towers.integer("text", 0, max, fallback);
    return new ByTower(image, text, Math.max(image, text));
  }

  /** Of one side. */
  public double of(Side side) {
    return switch (side) {
      case IMAGE -> image;
      case TEXT -> text;
      case SHARED -> shared;
    };
  }
}
