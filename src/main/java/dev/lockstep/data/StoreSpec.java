package dev.lockstep.data;

import java.util.Optional;

/**
 * What is stored of the pairs of one CSV: all options that change the bytes of a shard, the
 * tokenizer's aside.
 *
 * @param size width and height of the stored images
 * @param jpegQuality 1 to 100, for {@link Encoding#JPEG}
 * @param background what lies under transparent pixels; without one alpha is dropped
 * @param minSide images with a shorter side are dropped
 * @param maxPixels images with more are dropped before they are decoded
 * @param maxCaptionLength captions with more characters are dropped
 * @param shardBytes a shard ends with the record that reaches this
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
    long shardBytes) {

  public ImagePreprocessor preprocessor() {
    return new ImagePreprocessor(size, resize, background);
  }
}
