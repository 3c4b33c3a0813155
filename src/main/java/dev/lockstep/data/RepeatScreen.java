package dev.lockstep.data;

import dev.lockstep.data.ScreenSpec.Rule;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What can be said of a pair only next to those before it: that its caption, its image or both were
 * there already. The first is kept, in the order of the rows. Takes some dozens of bytes for each
 * pair that is kept, and only for the rules that are on.
 */
final class RepeatScreen {
  private final ScreenSpec spec;
  private final LongCounts pairs = new LongCounts();
  private final LongCounts captions = new LongCounts();
  private final LongCounts images = new LongCounts();
  private final HashNeighbours looks;

  RepeatScreen(ScreenSpec spec) {
    this.spec = spec;
    this.looks = new HashNeighbours(Math.max(0, spec.nearDuplicates()));
  }

  /**
   * Why a pair is left out, if it is; if it is not, it counts as one that was before.
   *
   * @param row to name it by later
   */
  Optional<Finding> check(Caption caption, ImageConverter.Converted image, long row) {
    long captionKey = spec.captionAtMost() > 0 ? caption.normalisedKey() : 0;
    // 1 is added to rows, for 0 is what a key has that is not there.
    long pairKey = caption.key() * 31 + image.imageKey();
    if (spec.repeatedPairs() == Rule.DROP && pairs.get(pairKey) > 0) {
      return found(DropReason.PAIR_REPEATED, "the pair of row " + (pairs.get(pairKey) - 1));
    }
    long sameImage = images.get(image.imageKey());
    if (spec.repeatedImages() == Rule.DROP && sameImage > 0) {
      return found(DropReason.IMAGE_REPEATED, "the image of row " + (sameImage - 1));
    }
    // Other captions of one and the same file are no near duplicates.
    if (spec.looksForNearDuplicates() && sameImage == 0) {
      OptionalLong near = looks.find(image.look());
      if (near.isPresent()) {
        return found(DropReason.IMAGE_NEAR_DUPLICATE, "looks like row " + near.getAsLong());
      }
    }
    if (spec.captionAtMost() > 0 && captions.get(captionKey) >= spec.captionAtMost()) {
      return found(DropReason.CAPTION_REPEATED, "kept " + spec.captionAtMost() + " times before");
    }
    remember(pairKey, captionKey, image, row);
    return Optional.empty();
  }

  private void remember(long pairKey, long captionKey, ImageConverter.Converted image, long row) {
    if (spec.repeatedPairs() == Rule.DROP) {
      pairs.put(pairKey, row + 1);
    }
    if (spec.captionAtMost() > 0) {
      captions.add(captionKey, 1);
    }
    if (spec.repeatedImages() == Rule.DROP || spec.looksForNearDuplicates()) {
      if (images.get(image.imageKey()) == 0) {
        images.put(image.imageKey(), row + 1);
        if (spec.looksForNearDuplicates()) {
          looks.add(image.look(), row);
        }
      }
    }
  }

  private static Optional<Finding> found(DropReason reason, String detail) {
    return Optional.of(new Finding(reason, detail));
  }
}
