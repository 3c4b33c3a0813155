package dev.lockstep.input;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.DatasetThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.BatchDataset;
import org.tensorflow.op.data.ParallelMapDataset;
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
  /**
   * Where stored features are, for one start.
   *
   * @param images the folder of the shards that stand for those with images
   * @param texts the folder of the text features
   */
  public record FeatureFolders(Optional<Path> images, Optional<Path> texts) {
    public static final FeatureFolders NONE =
        new FeatureFolders(Optional.empty(), Optional.empty());
  }

  private final RecordSource source;
  private final BatchIterator iterator;
  private final int batchSize;
  private final Placeholder<TInt64> position;
  // Fed where the layout has features.
  private final Placeholder<TString> imageFolder;
  private final Placeholder<TString> textFolder;
  private final Op makeIterator;

  /**
   * @param epochs how many there are; none for epochs without end, whose batches are all of one
   *     size
   * @param order the seed of each epoch's order; none for the order of the shards
   */
  private InputPipeline(
      BatchIterator iterator,
      RecordSource source,
      InputSpec spec,
      int batchSize,
      OptionalLong epochs,
      OptionalLong order,
      BatchFunction.Seeds seeds) {
    this.source = source;
    this.iterator = iterator;
    this.batchSize = batchSize;
    Ops tf = iterator.ops();
    BatchLayout layout = iterator.layout();
    position = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    imageFolder = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    textFolder = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    boolean endless = epochs.isEmpty();
    List<RecordStream> streams = new ArrayList<>();
    List<List<Operand<TString>>> folders = new ArrayList<>();
    boolean noImages = layout.imageFeatures() > 0;
    streams.add(stream(tf, noImages ? source.elsewhere() : source, spec, order));
    folders.add(noImages ? List.of(imageFolder) : List.of());
    if (layout.textFeatures() > 0) {
      streams.add(stream(tf, source.elsewhere(), spec, order));
      folders.add(List.of(textFolder));
    }
    List<Class<? extends TType>> recordTypes = RecordStream.componentTypes(streams.size());
    Operand<? extends TType> dataset =
        RecordStream.zipped(
            tf, position, tf.constant(epochs.orElse(Long.MAX_VALUE)), folders, streams);
    List<Shape> batched = new ArrayList<>();
    RecordStream.componentShapes(streams.size())
        .forEach(shape -> batched.add(shape.prepend(endless ? batchSize : Shape.UNKNOWN_SIZE)));
    dataset =
        tf.data.batchDataset(
            dataset,
            tf.constant((long) batchSize),
            tf.constant(endless),
            recordTypes,
            batched,
            BatchDataset.parallelCopy(false));
    BatchFunction batch =
        new BatchFunction(
            source, layout, spec.augment(), seeds, endless ? batchSize : Shape.UNKNOWN_SIZE);
    try (ConcreteFunction function = batch.create()) {
      dataset =
          tf.data.parallelMapDataset(
              dataset,
              List.of(),
              tf.constant((long) spec.parallelism()),
              function,
              layout.types(),
              layout.shapes(),
              ParallelMapDataset.deterministic("true"));
    }
    dataset =
        tf.data.prefetchDataset(
            dataset, tf.constant((long) spec.prefetch()), layout.types(), layout.shapes());
    makeIterator =
        iterator.read(
            DatasetThreads.limit(tf, dataset, spec.parallelism(), layout.types(), layout.shapes()));
  }

  private static RecordStream stream(
      Ops tf, RecordSource source, InputSpec spec, OptionalLong order) {
    return order.isPresent()
        ? RecordStream.shuffled(tf, source, spec.shuffleBuffer(), order.getAsLong())
        : RecordStream.inOrder(tf, source);
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
    return training(iterator, RecordSource.of(data), spec, batchSize, seed);
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
   * each time. The image at {@code position} is of the view {@code position / records}.
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
    check(source, iterator.layout().imageSize(), spec.augment());
    return new InputPipeline(
        iterator,
        source,
        spec,
        batchSize,
        OptionalLong.of(views),
        OptionalLong.empty(),
        new BatchFunction.Seeds(seed, 0, 0));
  }

  static InputPipeline training(
      BatchIterator iterator, RecordSource source, InputSpec spec, int batchSize, long seed) {
    check(source, iterator.layout().imageSize(), spec.augment());
    if (source.records() < batchSize) {
      throw new InvalidInputException(
          source.name(),
          "holds " + source.records() + " pairs, fewer than a batch of " + batchSize,
          "set batch-size to " + source.records() + " or less, or give more data");
    }
    SplittableRandom seeds = new SplittableRandom(seed);
    return new InputPipeline(
        iterator,
        source,
        spec,
        batchSize,
        OptionalLong.empty(),
        OptionalLong.of(seeds.nextLong()),
        new BatchFunction.Seeds(seeds.nextLong(), seeds.nextLong(), seeds.nextLong()));
  }

  static InputPipeline evaluation(
      BatchIterator iterator, RecordSource source, InputSpec spec, int batchSize) {
    if (iterator.batchesAhead() > 0) {
      throw new IllegalArgumentException("an iterator that reads ahead would read past the end");
    }
    check(source, iterator.layout().imageSize(), AugmentSpec.NONE);
    return new InputPipeline(
        iterator,
        source,
        spec.withAugment(AugmentSpec.NONE),
        batchSize,
        OptionalLong.of(1),
        OptionalLong.empty(),
        new BatchFunction.Seeds(0, 0, 0));
  }

  /**
   * Makes this pipeline the one that the iterator reads.
   *
   * @param position records that were taken before: steps x batch size
   */
  public void start(Session session, long position) {
    start(session, position, FeatureFolders.NONE);
  }

  /**
   * As {@link #start(Session, long)}, with stored features.
   *
   * @param folders of what the layout has features for
   */
  public void start(Session session, long position, FeatureFolders folders) {
    try (TInt64 fed = TInt64.scalarOf(position);
        TString images = text(folders.images());
        TString texts = text(folders.texts())) {
      session
          .runner()
          .feed(this.position, fed)
          .feed(imageFolder, images)
          .feed(textFolder, texts)
          .addTarget(makeIterator)
          .run()
          .close();
    }
    iterator.refill(session);
  }

  private static TString text(Optional<Path> folder) {
    return TString.scalarOf(folder.map(path -> path.toAbsolutePath().toString()).orElse(""));
  }

  /**
   * What to throw when a run of the graph failed: where a shard is damaged, an error that names it;
   * otherwise the failure itself.
   */
  public RuntimeException explain(RuntimeException failure) {
    return new ShardFailure(source).explain(failure);
  }

  /** Records in an epoch. */
  public long records() {
    return source.records();
  }

  public int batchSize() {
    return batchSize;
  }

  /** Batches that hold each record once; the last may be smaller. */
  public long batches() {
    return (source.records() + batchSize - 1) / batchSize;
  }

  Placeholder<TInt64> position() {
    return position;
  }

  Op makeIterator() {
    return makeIterator;
  }

  private static void check(RecordSource source, int imageSize, AugmentSpec augment) {
    for (Path shard : source.files()) {
      if (!Files.isRegularFile(shard)) {
        throw new InvalidInputException(
            shard.toString(),
            "there is no such file",
            "delete the folder " + shard.getParent() + "; it is made anew when it is needed");
      }
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
