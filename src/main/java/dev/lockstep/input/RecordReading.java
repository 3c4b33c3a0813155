package dev.lockstep.input;

import dev.lockstep.data.DataSpec.OnBadShard;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.RecordFiles;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * Reads the records that a plan asks for. Where one cannot be read any more, another takes its
 * place; which one follows from the position, so that a training that goes on meets it again.
 */
final class RecordReading implements AutoCloseable {
  private static final int TRIES = 1000;

  private final RecordSource source;
  private final boolean withImages;
  private final OnBadShard onBadShard;
  private final long seed;
  private final RecordFiles files;
  private final RecordAccess access;
  private final RecordCache cache;
  private final OriginalImages originals;
  private final ShardLosses losses;
  private final LongAdder readNanos = new LongAdder();
  private final LongAdder resizeNanos = new LongAdder();
  private volatile StoredFeatures features = StoredFeatures.NONE;

  /** The bytes of a record by its shard and its place in it. */
  @FunctionalInterface
  interface RecordAccess {
    byte[] read(int shard, long offset) throws IOException;
  }

  /**
   * @param layout of the batches; without images nothing is decoded
   */
  RecordReading(RecordSource source, BatchLayout layout, InputSpec spec, long seed) {
    this(source, layout, spec, seed, UnaryOperator.identity());
  }

  /**
   * The same.
   *
   * @param disk what lies between a record and its file
   */
  RecordReading(
      RecordSource source,
      BatchLayout layout,
      InputSpec spec,
      long seed,
      UnaryOperator<RecordAccess> disk) {
    this.source = source;
    this.withImages = layout.images() || layout.otherView();
    this.onBadShard = spec.onBadShard();
    this.seed = seed;
    this.files = new RecordFiles(source.files());
    this.access = disk.apply(files::read);
    this.cache = new RecordCache(spec.cacheBytes(), source.index().size());
    this.originals =
        OriginalImages.come(source, layout)
            ? new OriginalImages(source, layout.imageSize(), spec)
            : null;
    this.losses = new ShardLosses(source);
  }

  ShardLosses losses() {
    return losses;
  }

  /** In which records and features were read, of all threads. */
  double readSeconds() {
    return readNanos.sum() * 1e-9;
  }

  /** In which originals were decoded and resized, of all threads. */
  double resizeSeconds() {
    return resizeNanos.sum() * 1e-9;
  }

  /** The side of the square of pixels before each record; 0 where there is none. */
  int pixelSide() {
    return originals == null ? 0 : originals.imageSize();
  }

  /** From now on each record comes with its features. */
  void add(StoredFeatures stored) {
    features = stored;
  }

  /**
   * The records of one image that a batch has from a position on, each after its pixels where they
   * come apart. Where one of them is lost, all are replaced, by as many times the same: they must
   * go on to show one image.
   *
   * @throws RunFailedException if one cannot be read, and nothing may take its place
   */
  byte[][] read(int[] group, long position) {
    byte[][] bytes = new byte[group.length][];
    int read = 0;
    try {
      for (; read < group.length; read++) {
        bytes[read] = withFeatures(group[read], position + read);
        losses.read();
      }
    } catch (IOException e) {
      if (onBadShard == OnBadShard.STOP) {
        throw new RunFailedException(
            "a shard of " + source.name() + " could not be read: " + e.getMessage(),
            ShardFailure.remedy(source),
            e);
      }
      losses.lose(source.index().shard(group[read]), position + read, e);
      Arrays.fill(bytes, another(position, e));
    }
    return bytes;
  }

  private byte[] another(long position, IOException reason) {
    SplittableRandom random =
        new SplittableRandom(seed ^ new SplittableRandom(position).nextLong());
    for (int i = 0; i < TRIES; i++) {
      try {
        return withFeatures(random.nextInt(source.index().size()), position);
      } catch (IOException e) {
        // Another one is tried.
      }
    }
    throw new RunFailedException(
        "hardly a record of " + source.name() + " can be read any more: " + reason.getMessage(),
        ShardFailure.remedy(source),
        reason);
  }

  /** Each epoch takes the next view of an image. */
  private byte[] withFeatures(int record, long position) throws IOException {
    byte[] bytes = read(record);
    StoredFeatures stored = features;
    if (stored.image().isPresent()) {
      FeatureStore store = stored.image().get();
      int view = (int) (position / source.records() % store.views());
      bytes = FeatureRecord.append(bytes, FeatureRecord.IMAGE, vector(store, record, view));
    }
    if (stored.text().isPresent()) {
      bytes =
          FeatureRecord.append(bytes, FeatureRecord.TEXT, vector(stored.text().get(), record, 0));
    }
    return bytes;
  }

  private byte[] vector(FeatureStore store, int record, int view) {
    long begun = System.nanoTime();
    try {
      return store.read(record, view);
    } catch (IOException e) {
      throw new RunFailedException(
          store.file() + ": stored features cannot be read: " + e.getMessage(),
          "give the same command again: what is damaged is computed anew, and the training goes on"
              + " from its last checkpoint",
          e);
    } finally {
      readNanos.add(System.nanoTime() - begun);
    }
  }

  private byte[] read(int record) throws IOException {
    byte[] cached = cache.get(record);
    if (cached != null) {
      return cached;
    }
    long begun = System.nanoTime();
    byte[] bytes = access.read(source.index().shard(record), source.index().offset(record));
    long inMemory = System.nanoTime();
    readNanos.add(inMemory - begun);
    if (!withImages) {
      bytes = ImageTextRecord.withoutImage(bytes);
    } else if (originals != null) {
      bytes = originals.pixelsFirst(bytes);
      resizeNanos.add(System.nanoTime() - inMemory);
    }
    cache.put(record, bytes);
    return bytes;
  }

  @Override
  public void close() {
    files.close();
    cache.close();
    if (originals != null) {
      originals.close();
    }
  }
}
