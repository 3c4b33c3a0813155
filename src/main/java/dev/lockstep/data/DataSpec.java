package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The <code>data { ... }</code> block.
 *
 * @param train the CSV of the training pairs, columns {@code text} and {@code image_path}
 * @param test the CSV to evaluate on
 * @param prepared the folder in which prepared data is kept and found again
 * @param imageSize width and height of the images that the model sees
 * @param training how training pairs are stored, at {@code store-size}: the input of augmentation
 * @param evaluation how pairs for evaluation are stored: at the model's size, without loss
 */
public record DataSpec(
    Path train,
    Optional<Path> test,
    Path prepared,
    int imageSize,
    StoreSpec training,
    StoreSpec evaluation) {

  /** Up to this size an image decodes in about the time that copying its pixels takes. */
  private static final int RAW_SIZE = 64;

  private static final int DEFAULT_JPEG_QUALITY = 95;
  private static final long DEFAULT_SHARD_BYTES = 16L << 20;

  /** What an image of a gigabyte in memory has; more would be a decompression bomb. */
  private static final int MAX_PIXELS_IN_USE = 250_000_000;

  private enum EncodingChoice {
    AUTO,
    RAW,
    PNG,
    JPEG
  }

  public static DataSpec from(Block block) {
    int imageSize = block.integer("image-size", 8, 1024);
    int storeSize = block.integer("store-size", 8, 2048, imageSize);
    block.check(storeSize >= imageSize, "store-size", "image-size (" + imageSize + ") or more");
    Resize resize = block.choice("resize", Resize.class, Resize.SQUASH);
    EncodingChoice encoding = block.choice("encoding", EncodingChoice.class, EncodingChoice.AUTO);
    int jpegQuality = block.integer("jpeg-quality", 1, 100, DEFAULT_JPEG_QUALITY);
    Optional<Background> background = background(block);
    int minSide = block.integer("min-side", 1, 10_000, 8);
    int maxPixels = block.integer("max-pixels", 1, 1_000_000_000, 40_000_000);
    int maxCaptionLength = block.integer("max-caption-length", 1, 1_000_000, 1000);
    long shardBytes = block.bytes("shard-size", DEFAULT_SHARD_BYTES);
    block.check(shardBytes >= 1 << 10, "shard-size", "1KiB or more");
    return new DataSpec(
        block.path("train"),
        block.optionalPath("test"),
        block.optionalPath("prepared").orElse(Path.of("prepared").toAbsolutePath()),
        imageSize,
        new StoreSpec(
            storeSize,
            resize,
            trainingEncoding(encoding, storeSize),
            jpegQuality,
            background,
            minSide,
            maxPixels,
            maxCaptionLength,
            shardBytes),
        new StoreSpec(
            imageSize,
            resize,
            lossless(imageSize),
            jpegQuality,
            background,
            minSide,
            maxPixels,
            maxCaptionLength,
            shardBytes));
  }

  /**
   * How images are brought to a model that needs no training data: one that is used, not trained.
   * It reads {@code image-size}, {@code resize} and {@code background} of the block, and drops no
   * image but those that cannot be decoded.
   */
  public static StoreSpec forUse(Block block) {
    int imageSize = block.integer("image-size", 8, 1024);
    return new StoreSpec(
        imageSize,
        block.choice("resize", Resize.class, Resize.SQUASH),
        lossless(imageSize),
        DEFAULT_JPEG_QUALITY,
        background(block),
        1,
        MAX_PIXELS_IN_USE,
        Integer.MAX_VALUE,
        DEFAULT_SHARD_BYTES);
  }

  private static Encoding lossless(int size) {
    return size <= RAW_SIZE ? Encoding.RAW : Encoding.PNG;
  }

  private static Encoding trainingEncoding(EncodingChoice choice, int size) {
    return switch (choice) {
      case AUTO -> size <= RAW_SIZE ? Encoding.RAW : Encoding.JPEG;
      case RAW -> Encoding.RAW;
      case PNG -> Encoding.PNG;
      case JPEG -> Encoding.JPEG;
    };
  }

  private static Optional<Background> background(Block block) {
    String text = block.string("background", Background.WHITE.toString());
    Optional<Background> background = Background.parse(text);
    block.check(
        background.isPresent() || text.equals("none"),
        "background",
        "a colour such as \"#ffffff\", or none, which drops alpha");
    return background;
  }
}
