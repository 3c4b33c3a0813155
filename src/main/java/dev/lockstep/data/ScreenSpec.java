package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which pairs are left out besides those that cannot be used: the block <code>data.screen { ... }
 * </code>. By default none.
 *
 * @param maxSideRatio of the longer to the shorter side of an image; 0: any
 * @param minCaptionLength characters
 * @param minChinese the least share of Chinese characters among a caption's letters and digits
 * @param controlCharacters whether captions with control or invisible characters are kept
 * @param markup whether captions with HTML tags, entities or URLs are kept
 * @param reject captions in which one of these is found are left out
 * @param repeatedPairs whether a pair is kept whose caption and image were one before
 * @param repeatedImages whether a pair is kept whose image was in another before
 * @param nearDuplicates bits in which the perceptual hashes of two images may differ that count as
 *     one; -1: none are looked for
 * @param captionAtMost how many pairs may share one caption; 0: any number
 */
public record ScreenSpec(
    double maxSideRatio,
    int minCaptionLength,
    double minChinese,
    Rule controlCharacters,
    Rule markup,
    List<String> reject,
    Rule repeatedPairs,
    Rule repeatedImages,
    int nearDuplicates,
    int captionAtMost) {

  /** What is done with what a rule finds. */
  public enum Rule {
    KEEP,
    DROP
  }

  /** Nothing is left out that can be used. */
  public static final ScreenSpec NONE = from(Block.parse(""));

  public static ScreenSpec from(Block block) {
    List<String> reject = block.strings("reject", List.of());
    for (String expression : reject) {
      try {
        Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        throw block.invalid(
            "reject", "regular expressions; of '" + expression + "': " + e.getDescription());
      }
    }
    return new ScreenSpec(
        block.number("max-side-ratio", 0, 1000, 0),
        block.integer("min-caption-length", 1, 1_000_000, 1),
        block.number("min-chinese", 0, 1, 0),
        block.choice("control-characters", Rule.class, Rule.KEEP),
        block.choice("markup", Rule.class, Rule.KEEP),
        reject,
        block.choice("repeated-pairs", Rule.class, Rule.KEEP),
        block.choice("repeated-images", Rule.class, Rule.KEEP),
        block.integer("near-duplicates", -1, 16, -1),
        block.integer("caption-at-most", 0, Integer.MAX_VALUE, 0));
  }

  boolean isNone() {
    return equals(NONE);
  }

  boolean looksForNearDuplicates() {
    return nearDuplicates >= 0;
  }
}
