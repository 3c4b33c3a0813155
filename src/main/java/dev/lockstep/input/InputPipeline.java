package dev.lockstep.input;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.DatasetThreads;
import dev.lockstep.tensorflow.RefusedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Records of a dataset as batches: read, shuffled, decoded and augmented inside the graph, in
 * TensorFlow's threads.
 *
 * <p>What a pipeline gives is a function of the records, its seed and a position: started at a
 * position, it gives what an uninterrupted one would have given from there on.
 */
public final class InputPipeline {
  private final RecordSource source;
  private final BatchIterator iterator;
  private final int batchSize;
  private final boolean endless;
  private final int epochs;
  private final RecordStream records;
  private final Placeholder<TInt64> batchesLeft;
  private final Op makeIterator;

  private InputPipeline(
      BatchIterator iterator,
      RecordSource source,
      InputSpec spec,
      int batchSize,
      BatchPlan plan,
      boolean endless,
      BatchFunction.Seeds seeds,
      Optional<TokenMask> mask,
      int epochs) {
    this.source = source;
    this.epochs = epochs;
    this.iterator = iterator;
    this.batchSize = batchSize;
    this.endless = endless;
    Ops tf = iterator.ops();
    long rows = endless ? batchSize : Shape.UNKNOWN_SIZE;
    BatchLayout layout = iterator.layout();
    RecordReading reading = new RecordReading(source, layout, spec, seeds.augment());
    records =
        new RecordStream(
            tf, plan, reading, layout.captionsPerImage(), batchSize, rows, spec.parallelism());
    batchesLeft = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<? extends TType> dataset = records.dataset(tf, batchesLeft);
    List<Shape> shapes = layout.shapes();
    BatchFunction batch = new BatchFunction(source, layout, spec.augment(), seeds, mask, rows);
    try (ConcreteFunction function = batch.create()) {
      dataset =
          tf.data.parallelMapDataset(
              dataset,
              List.of(),
              tf.constant((long) spec.parallelism()),
              function,
              layout.types(),
              shapes,
              ParallelMapDataset.deterministic("true"));
    }
    dataset =
        tf.data.prefetchDataset(
            dataset, tf.constant((long) spec.prefetch()), layout.types(), shapes);
    makeIterator =
        iterator.read(
            DatasetThreads.limit(tf, dataset, spec.parallelism(), layout.types(), shapes));
  }

  /**
   * Batches without end, each epoch in an order of its own, augmented. A batch may hold the end of
   * one epoch and the beginning of the next, so all are of the same size.
   *
   * @param seed of the order and the augmentation; a stage has its own
   * @throws InvalidInputException if the dataset is smaller than a batch, a shard is missing, or
   *     the stored images do not suit the model's size
   */
  public static InputPipeline training(
      BatchIterator iterator, PreparedDataset data, InputSpec spec, int batchSize, long seed) {
    double hidden = iterator.layout().maskRate();
    Optional<TokenMask> mask =
        hidden > 0 ? Optional.of(new TokenMask(data.vocabulary(), hidden)) : Optional.empty();
    return training(iterator, RecordSource.of(data), spec, batchSize, seed, mask);
  }

  /**
   * Every record once, in the order of the CSV, as it is; the last batch may be smaller. After
   * {@link #batches} batches there is none.
   *
   * @throws InvalidInputException if a shard is missing, or the stored images are smaller than the
   *     model's
   */
  public static InputPipeline evaluation(
      BatchIterator iterator, PreparedDataset data, InputSpec spec, int batchSize) {
    return evaluation(iterator, RecordSource.of(data), spec, batchSize);
  }

  /**
   * Every record as many times as there are views, in the order of the CSV, augmented another way
   * each time: at {@code view x records + record}.
   *
   * @param seed of the augmentation
   */
  public static InputPipeline views(
      BatchIterator iterator,
      PreparedDataset data,
      InputSpec spec,
      int batchSize,
      int views,
      long seed) {
    RecordSource source = RecordSource.of(data);
    check(source, iterator.layout(), spec.augment());
    return new InputPipeline(
        iterator,
        source,
        spec.forEvaluation()
            .withAugment(spec.augment())
            .withOriginals(spec.originals())
            .withOnBadShard(spec.onBadShard()),
        batchSize,
        BatchPlan.inOrder(source.index().size(), batchSize, views),
        false,
        new BatchFunction.Seeds(seed, 0, 0),
        Optional.empty(),
        views);
  }

  static InputPipeline training(
      BatchIterator iterator, RecordSource source, InputSpec spec, int batchSize, long seed) {
    return training(iterator, source, spec, batchSize, seed, Optional.empty());
  }

  private static InputPipeline training(
      BatchIterator iterator,
      RecordSource source,
      InputSpec spec,
      int batchSize,
      long seed,
      Optional<TokenMask> mask) {
    check(source, iterator.layout(), spec.augment());
    if (source.records() < batchSize) {
      throw new InvalidInputException(
          source.name(),
          "holds " + source.records() + " pairs, fewer than a batch of " + batchSize,
          "set batch-size to " + source.records() + " or less, or give more data");
    }
    SplittableRandom seeds = new SplittableRandom(seed);
    BatchPlan plan =
        BatchPlan.shuffled(
            source, spec, iterator.layout().captionsPerImage(), batchSize, seeds.nextLong());
    return new InputPipeline(
        iterator,
        source,
        spec,
        batchSize,
        plan,
        true,
        new BatchFunction.Seeds(seeds.nextLong(), seeds.nextLong(), seeds.nextLong()),
        mask,
        1);
  }

  static InputPipeline evaluation(
      BatchIterator iterator, RecordSource source, InputSpec spec, int batchSize) {
    if (iterator.batchesAhead() > 0) {
      throw new IllegalArgumentException("an iterator that reads ahead would read past the end");
    }
    check(source, iterator.layout(), AugmentSpec.NONE);
    return new InputPipeline(
        iterator,
        source,
        spec.forEvaluation(),
        batchSize,
        BatchPlan.inOrder(source.index().size(), batchSize, 1),
        false,
        new BatchFunction.Seeds(0, 0, 0),
        Optional.empty(),
        1);
  }

  /**
   * Makes this pipeline the one that the iterator reads.
   *
   * @param position records that were taken before: steps x batch size
   */
  public void start(Session session, long position) {
    start(session, position, StoredFeatures.NONE);
  }

  /**
   * As {@link #start(Session, long)}, with stored features.
   *
   * @param features for what the layout has features for
   */
  public void start(Session session, long position, StoredFeatures features) {
    long left = endless ? Long.MAX_VALUE : batches() - position / batchSize;
    // While this replaces the iterator's last dataset, whose threads end with it, what fed that one
    // still does: a thread that waits for a batch could not end.
    try (TInt64 fed = TInt64.scalarOf(left)) {
      session.runner().feed(batchesLeft, fed).addTarget(makeIterator).run().close();
    }
    iterator.feedFrom(records);
    records.add(features);
    records.start(session, position, left);
    iterator.refill(session);
  }

  /** Makes TensorFlow ready for {@link #start}, which the first time would wait for. */
  public void makeReady(Session session) {
    try (TInt32 wrong = TInt32.scalarOf(0)) {
      RefusedRun.of(session.runner().feed(batchesLeft, wrong).addTarget(makeIterator));
    }
    iterator.makeReadyToFeedFrom(records, session);
  }

  /**
   * What to throw when a run of the graph failed: where a shard is damaged, an error that names it;
   * otherwise the failure itself.
   */
  public RuntimeException explain(RuntimeException failure) {
    return records.explain(failure);
  }

  /** Shards of which records could not be read for the first time since the last call. */
  public List<ShardLoss> newLosses() {
    return records.losses().news();
  }

  /** By the name of each damaged shard, how often another record took the place of one of its. */
  public Map<String, Long> losses() {
    return records.losses().counts();
  }

  /** Where the time has gone since this pipeline was made. */
  public InputTimes times() {
    return records.times();
  }

  /**
   * For measurements: takes a batch of records from what is read, past the dataset.
   *
   * @param parse whether to take them apart too
   */
  Op takeRecords(Ops tf, boolean parse) {
    Operand<TString> taken = records.take(tf);
    return parse
        ? tf.withControlDependencies(ParsedRecords.of(tf, taken).rows()).noOp()
        : tf.withControlDependencies(taken).noOp();
  }

  /** The batches of the iterator that this pipeline is started into. */
  public Batch next() {
    return iterator.next();
  }

  /** Records in an epoch. */
  public long records() {
    return source.records();
  }

  public int batchSize() {
    return batchSize;
  }

  /** Tokens of the longest text that a batch may have, its padding included. */
  public int longestText() {
    int most = 0;
    for (int record = 0; record < source.index().size(); record++) {
      most = Math.max(most, source.index().tokens(record));
    }
    int multiple = BatchFunction.TOKEN_MULTIPLE;
    return Math.min((most + multiple - 1) / multiple * multiple, source.contextLength());
  }

  /** Batches that hold each record once, or each of its views; the last may be smaller. */
  public long batches() {
    return (source.records() * epochs + batchSize - 1) / batchSize;
  }

  private static void check(RecordSource source, BatchLayout layout, AugmentSpec augment) {
    for (Path shard : source.files()) {
      if (!Files.isRegularFile(shard)) {
        throw new InvalidInputException(
            shard.toString(),
            "there is no such file",
            "delete the folder " + shard.getParent() + "; it is made anew when it is needed");
      }
    }
    int imageSize = layout.imageSize();
    if (source.isOriginal() || (!layout.images() && !layout.otherView())) {
      return;
    }
    if (source.storedSize() < imageSize
        || !augment.isNone() && source.storedSize() > 2 * imageSize) {
      throw new InvalidInputException(
          source.name(),
          "its images are stored at "
              + source.storedSize()
              + " pixels, and the model takes "
              + imageSize,
          "set data.store from image-size to twice image-size: less has no detail, more would"
              + " alias, for augmentation samples between four pixels only");
    }
  }
}
