package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The <code>data { ... }</code> block.
 *
 * @param train the training pairs: one dataset or several
 * @param test the pairs to evaluate on
 * @param prepared the folder in which prepared data is kept and found again
 * @param imageSize width and height of the images that the model sees
 * @param training how training pairs are stored, at {@code store}: the input of augmentation; what
 *     a split keeps apart of them is stored as {@code evaluation} is
 * @param evaluation how pairs for evaluation are stored: at the model's size, without loss
 * @param onBadShard what a training does where a shard cannot be read any more
 */
public record DataSpec(
    List<DatasetSpec> train,
    Optional<DatasetSpec> test,
    Path prepared,
    int imageSize,
    StoreSpec training,
    StoreSpec evaluation,
    OnBadShard onBadShard) {

  /** What a training does where records cannot be read that were there. */
  public enum OnBadShard {
    /** Others take their place, and what was left out is counted and told. */
    SKIP,
    /** It ends with an error that names the shard. */
    STOP
  }

  /** Up to this size an image decodes in about the time that copying its pixels takes. */
  private static final int RAW_SIZE = 64;

  private static final int MAX_STORE_SIZE = 2048;
  private static final String ORIGINAL = "original";
  private static final int DEFAULT_JPEG_QUALITY = 95;
  private static final long DEFAULT_SHARD_BYTES = 256L << 20;

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
    boolean original = block.string("store", String.valueOf(imageSize)).equals(ORIGINAL);
    int storeSize = original ? imageSize : storeSize(block, imageSize);
    Resize resize = block.choice("resize", Resize.class, Resize.SQUASH);
    EncodingChoice encoding = block.choice("encoding", EncodingChoice.class, EncodingChoice.AUTO);
    int jpegQuality = block.integer("jpeg-quality", 1, 100, DEFAULT_JPEG_QUALITY);
    Optional<Background> background = background(block);
    int minSide = block.integer("min-side", 1, 10_000, 8);
    int maxPixels = block.integer("max-pixels", 1, 1_000_000_000, 40_000_000);
    int maxCaptionLength = block.integer("max-caption-length", 1, 1_000_000, 1000);
    long shardBytes = block.bytes("shard-size", DEFAULT_SHARD_BYTES);
    block.check(shardBytes >= 1 << 10, "shard-size", "1KiB or more");
    ScreenSpec screen = ScreenSpec.from(block.block("screen"));
    SplitSpec split =
        SplitSpec.from(block.block("split")).scoredAs(new StoredAs(lossless(imageSize), imageSize));
    SourceSpec source = SourceSpec.from(block.block("source"));
    List<DatasetSpec> train = DatasetSpec.listFrom(block, "train", source);
    Optional<DatasetSpec> test =
        block.has("test") ? Optional.of(single(block, "test", source)) : Optional.empty();
    block.check(
        test.isEmpty() || split.test() == 0,
        "test",
        "no path where split.test takes a part of train");
    StoreSpec training =
        new StoreSpec(
            storeSize,
            resize,
            original ? Encoding.ORIGINAL : trainingEncoding(encoding, storeSize),
            jpegQuality,
            background,
            minSide,
            maxPixels,
            maxCaptionLength,
            shardBytes,
            screen,
            split);
    // What a model is scored on is not chosen by what it trains on.
    StoreSpec evaluation =
        training.as(imageSize, lossless(imageSize), ScreenSpec.NONE, SplitSpec.NONE);
    return new DataSpec(
        train,
        test,
        block.optionalPath("prepared").orElse(Path.of("prepared").toAbsolutePath()),
        imageSize,
        training,
        evaluation,
        block.choice("on-bad-shard", OnBadShard.class, OnBadShard.SKIP));
  }

  /** Whether there are pairs to evaluate on. */
  public boolean isScored() {
    return test.isPresent() || !training.split().isNone();
  }

  private static int storeSize(Block block, int imageSize) {
    int size = 0;
    try {
      size = Integer.parseInt(block.string("store", String.valueOf(imageSize)));
    } catch (NumberFormatException e) {
      size = 0;
    }
    block.check(
        size >= imageSize && size <= MAX_STORE_SIZE,
        "store",
        "original, or pixels from image-size (" + imageSize + ") to " + MAX_STORE_SIZE);
    return size;
  }

  private static DatasetSpec single(Block block, String key, SourceSpec source) {
    List<DatasetSpec> datasets = DatasetSpec.listFrom(block, key, source);
    block.check(datasets.size() == 1, key, "one dataset: a path, a list of paths, or a block");
    return datasets.get(0);
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
