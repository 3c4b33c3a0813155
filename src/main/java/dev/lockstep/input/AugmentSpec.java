package dev.lockstep.input;

import dev.lockstep.config.Block;
import java.util.List;

/**
 * How a training image is changed at random, each time anew. Every number is drawn evenly from its
 * range; a value of 0 (for a {@link Range}, 1 to 1) leaves that change out.
 *
 * @param scale how large the picture is drawn: 1.2 is a fifth larger than life, its edges lost
 * @param crop the share of the picture's area that is cut out and drawn at full size, its sides'
 *     ratio between 3:4 and 4:3 (Szegedy et al. 2015)
 * @param rotationDegrees the largest turn, either way
 * @param translation the largest shift, either way, as a share of the picture's side
 * @param flip the probability of a mirror image, left for right
 * @param brightness b: all values are multiplied by 1-b to 1+b
 * @param contrast c: the distance of all values from mid grey is multiplied by 1-c to 1+c
 * @param saturation s: the distance of all colours from their grey is multiplied by 1-s to 1+s
 * @param hueDegrees the largest turn of the colour wheel, either way
 * @param grayscale the probability of a picture without colours
 * @param channelContrast as {@code contrast}, drawn for red, green and blue each
 * @param channelShift the largest shift of red, green and blue each, as a share of the full range
 * @param erase the probability that a rectangle of 2% to 20% of the area is painted over (Zhong et
 *     al. 2017)
 */
public record AugmentSpec(
    Range scale,
    Range crop,
    double rotationDegrees,
    double translation,
    double flip,
    double brightness,
    double contrast,
    double saturation,
    double hueDegrees,
    double grayscale,
    double channelContrast,
    double channelShift,
    double erase) {

  /** From {@code low} to {@code high}. */
  public record Range(double low, double high) {
    static final Range ONE = new Range(1, 1);
  }

  /** Every image as it is. */
  public static final AugmentSpec NONE = from(Block.parse(""));

  /** From the block {@code input.augment}; what it does not name is left out. */
  public static AugmentSpec from(Block block) {
    return new AugmentSpec(
        range(block, "scale", 0.1, 10),
        range(block, "crop", 0.01, 1),
        block.number("rotation-degrees", 0, 180, 0),
        block.number("translation", 0, 1, 0),
        block.number("flip", 0, 1, 0),
        block.number("brightness", 0, 1, 0),
        block.number("contrast", 0, 1, 0),
        block.number("saturation", 0, 1, 0),
        block.number("hue-degrees", 0, 180, 0),
        block.number("grayscale", 0, 1, 0),
        block.number("channel-contrast", 0, 1, 0),
        block.number("channel-shift", 0, 1, 0),
        block.number("erase", 0, 1, 0));
  }

  public boolean isNone() {
    return equals(NONE);
  }

  /** Whether nothing moves the picture but a crop and a mirror image. */
  boolean cropsOnly() {
    return scale.equals(Range.ONE) && rotationDegrees == 0 && translation == 0;
  }

  boolean mixesColours() {
    return saturation > 0 || hueDegrees > 0 || grayscale > 0;
  }

  boolean changesColours() {
    return mixesColours()
        || brightness > 0
        || contrast > 0
        || channelContrast > 0
        || channelShift > 0;
  }

  private static Range range(Block block, String key, double min, double max) {
    List<Double> ends = block.numbers(key, min, max, List.of(1.0, 1.0));
    block.check(
        ends.size() == 2 && ends.get(0) <= ends.get(1),
        key,
        "[low, high], both from " + min + " to " + max);
    return new Range(ends.get(0), ends.get(1));
  }
}
