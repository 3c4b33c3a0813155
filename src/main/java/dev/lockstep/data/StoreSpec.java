package dev.lockstep.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is stored of the pairs of one CSV: all options that change the bytes of a shard, the
 * tokenizer's aside.
 *
 * @param size width and height of the stored images; for originals, of what is made of them
 * @param jpegQuality 1 to 100, for {@link Encoding#JPEG}
 * @param background what lies under transparent pixels; without one alpha is dropped
 * @param minSide images with a shorter side are dropped
 * @param maxPixels images with more are dropped before they are decoded
 * @param maxCaptionLength captions with more characters are dropped
 * @param shardBytes a shard ends with the record that reaches this
 * @param screen what else is left out
 * @param split which part each image belongs to
 */
public record StoreSpec(
    int size,
    Resize resize,
    Encoding encoding,
    int jpegQuality,
    Optional<Background> background,
    int minSide,
    int maxPixels,
    int maxCaptionLength,
    long shardBytes,
    ScreenSpec screen,
    SplitSpec split) {

  /** What is stored whole, and not split. */
  StoreSpec(
      int size,
      Resize resize,
      Encoding encoding,
      int jpegQuality,
      Optional<Background> background,
      int minSide,
      int maxPixels,
      int maxCaptionLength,
      long shardBytes) {
    this(
        size,
        resize,
        encoding,
        jpegQuality,
        background,
        minSide,
        maxPixels,
        maxCaptionLength,
        shardBytes,
        ScreenSpec.NONE,
        SplitSpec.NONE);
  }

  /** The same for what is kept apart for scoring. */
  StoreSpec scored() {
    StoredAs stored = split.scored().orElse(new StoredAs(encoding, size));
    return as(stored.size(), stored.encoding(), screen, split);
  }

  StoreSpec with(ScreenSpec otherScreen, SplitSpec otherSplit) {
    return as(size, encoding, otherScreen, otherSplit);
  }

  /** The same, stored and chosen otherwise. */
  StoreSpec as(
      int otherSize, Encoding otherEncoding, ScreenSpec otherScreen, SplitSpec otherSplit) {
    return new StoreSpec(
        otherSize,
        resize,
        otherEncoding,
        jpegQuality,
        background,
        minSide,
        maxPixels,
        maxCaptionLength,
        shardBytes,
        otherScreen,
        otherSplit);
  }

  /** What a manifest says of how its pairs were chosen and stored, by the keys of the block. */
  Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("min-side", String.valueOf(minSide));
    options.put("max-pixels", String.valueOf(maxPixels));
    options.put("max-caption-length", String.valueOf(maxCaptionLength));
    options.put("jpeg-quality", String.valueOf(jpegQuality));
    options.put("shard-size", String.valueOf(shardBytes));
    options.put("split", "validation " + split.validation() + ", test " + split.test());
    options.put("screen", screen.isNone() ? "none" : screen.toString());
    return options;
  }

  public ImagePreprocessor preprocessor() {
    return new ImagePreprocessor(size, resize, background);
  }
}
