package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.util.Optional;

/**
 * The block <code>data.split { ... }</code>: which share of the images is kept apart. The hash of
 * an image's bytes decides, so that all pairs of one image are in one part, on every machine and
 * whatever else is added to the dataset.
 *
 * @param validation from 0 to 1
 * @param test from 0 to 1
 * @param scored how what is kept apart is stored; without it, like the rest
 */
public record SplitSpec(double validation, double test, Optional<StoredAs> scored) {
  /** All of it is for training. */
  public static final SplitSpec NONE = new SplitSpec(0, 0);

  /** What is kept apart is stored like the rest. */
  SplitSpec(double validation, double test) {
    this(validation, test, Optional.empty());
  }

  public static SplitSpec from(Block block) {
    double validation = block.number("validation", 0, 0.9, 0);
    double test = block.number("test", 0, 0.9, 0);
    block.check(validation + test < 1, "test", "less than 1 together with validation");
    return new SplitSpec(validation, test);
  }

  /** The same with what is kept apart stored in a way of its own. */
  SplitSpec scoredAs(StoredAs stored) {
    return isNone() ? this : new SplitSpec(validation, test, Optional.of(stored));
  }

  public boolean isNone() {
    return equals(NONE);
  }

  /** The part that an image belongs to. */
  Split of(long imageKey) {
    double place = (imageKey >>> 11) * 0x1p-53;
    if (place < test) {
      return Split.TEST;
    }
    return place < test + validation ? Split.VALIDATION : Split.TRAIN;
  }

  /** Names prepared data, together with the other options; without a split it never changes. */
  @Override
  public String toString() {
    return "SplitSpec[validation="
        + validation
        + ", test="
        + test
        + scored.map(stored -> ", scored=" + stored).orElse("")
        + "]";
  }
}
