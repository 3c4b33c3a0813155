package dev.lockstep.input;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.sun.management.OperatingSystemMXBean;
import dev.lockstep.config.Block;
import dev.lockstep.data.Encoding;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.DatasetThreads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.Iterator;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * How many images a second the input gives, on synthetic records: each step of the work with all
 * those before it, as fast as nobody using the batches allows.
 *
 * @param pixels the side of the stored images
 * @param records how many to write and to read
 * @param threads for all of TensorFlow's work
 */
public record InputBenchmark(
    int pixels, Encoding encoding, int records, int batchSize, int threads) {

  private static final AugmentSpec CROP_AND_COLOURS =
      AugmentSpec.from(
          Block.parse("crop = [0.5, 1], flip = 0.5, brightness = 0.2, contrast = 0.2"));
  private static final AugmentSpec AFFINE_AND_COLOURS =
      AugmentSpec.from(
          Block.parse(
              "scale = [0.9, 1.1], rotation-degrees = 8, brightness = 0.2, contrast = 0.2"));

  /**
   * What one step costs.
   *
   * @param step what was done to the images
   * @param images how many were measured
   * @param seconds on the clock
   * @param cpuSeconds of all the process's threads
   */
  public record Measurement(String step, long images, double seconds, double cpuSeconds) {
    public double imagesPerSecond() {
      return images / seconds;
    }

    /** What one core that did nothing else would give. */
    public double imagesPerCpuSecond() {
      return images / cpuSeconds;
    }
  }

  /**
   * @param bytesPerImage of the encoded images
   */
  public record Report(long bytesPerImage, List<Measurement> measurements) {}

  /** Writes the records to a temporary folder, reads them and deletes them. */
  public Report run() {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("lockstep-bench");
      RecordSource source = new SyntheticRecords(pixels, encoding).write(folder, records);
      long bytes = 0;
      for (Path shard : source.files()) {
        bytes += Files.size(shard);
      }
      return new Report(bytes / records, measure(source));
    } catch (IOException e) {
      throw new RunFailedException(
          "the benchmark's records cannot be written: " + e,
          "make room in " + System.getProperty("java.io.tmpdir"),
          e);
    } finally {
      delete(folder);
    }
  }

  private List<Measurement> measure(RecordSource source) {
    InputSpec plain = new InputSpec(Math.min(records, 1000), threads, 2, AugmentSpec.NONE);
    return List.of(
        measure("read", tf -> read(tf, source, false)),
        measure("+ parse", tf -> read(tf, source, true)),
        measure("+ decode, as in training", tf -> batches(tf, source, plain)),
        measure("+ crop, colours", tf -> batches(tf, source, plain.withAugment(CROP_AND_COLOURS))),
        measure(
            "or affine, colours",
            tf -> batches(tf, source, plain.withAugment(AFFINE_AND_COLOURS))));
  }

  /** What a run of the graph starts with and what it then repeats. */
  private record Work(Op start, Placeholder<TInt64> position, Op batch) {}

  private Measurement measure(String step, Function<Ops, Work> build) {
    ConfigProto config =
        ConfigProto.newBuilder()
            .setUsePerSessionThreads(true)
            .setInterOpParallelismThreads(threads)
            .setIntraOpParallelismThreads(threads)
            .build();
    try (Graph graph = new Graph()) {
      Work work = build.apply(Ops.create(graph));
      try (Session session = new Session(graph, config);
          TInt64 beginning = TInt64.scalarOf(0)) {
        session.runner().feed(work.position(), beginning).addTarget(work.start()).run().close();
        int batches = Math.max(1, records / batchSize);
        // The first epoch's share warms up what compiles and allocates at first use.
        repeat(session, work.batch(), Math.max(1, batches / 5));
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        repeat(session, work.batch(), batches);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Measurement(step, (long) batches * batchSize, seconds, cpuSeconds() - cpu);
      }
    }
  }

  private static void repeat(Session session, Op batch, int times) {
    for (int i = 0; i < times; i++) {
      session.run(batch);
    }
  }

  private Work batches(Ops tf, RecordSource source, InputSpec spec) {
    BatchIterator iterator = new BatchIterator(tf, pixels);
    InputPipeline pipeline = InputPipeline.training(iterator, source, spec, batchSize, 1);
    return new Work(
        pipeline.makeIterator(),
        pipeline.position(),
        tf.withControlDependencies(iterator.next().images()).noOp());
  }

  /** Records as they are, or their features. */
  private Work read(Ops tf, RecordSource source, boolean parse) {
    Placeholder<TInt64> position = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<? extends TType> dataset =
        RecordStream.shuffled(tf, source, Math.min(records, 1000), 1)
            .from(tf, position, tf.constant(Long.MAX_VALUE));
    Shape batch = Shape.of(Shape.UNKNOWN_SIZE);
    List<Shape> shapes = List.of(batch, batch);
    dataset =
        tf.data.batchDataset(
            dataset, tf.constant((long) batchSize), tf.constant(true), RecordStream.TYPES, shapes);
    if (parse) {
      try (ConcreteFunction function = ConcreteFunction.create(InputBenchmark::parse)) {
        dataset =
            tf.data.parallelMapDataset(
                dataset,
                List.of(),
                tf.constant((long) threads),
                function,
                RecordStream.TYPES,
                shapes,
                ParallelMapDataset.deterministic("true"));
      }
    }
    dataset = tf.data.prefetchDataset(dataset, tf.constant(2L), RecordStream.TYPES, shapes);
    Iterator iterator = tf.data.iterator("", "", RecordStream.TYPES, shapes);
    return new Work(
        tf.data.makeIterator(
            DatasetThreads.limit(tf, dataset, threads, RecordStream.TYPES, shapes), iterator),
        position,
        tf.withControlDependencies(tf.data.iteratorGetNext(iterator, RecordStream.TYPES, shapes))
            .noOp());
  }

  private static Signature parse(Ops tf) {
    Shape batch = Shape.of(Shape.UNKNOWN_SIZE);
    Placeholder<TInt64> positions = tf.placeholder(TInt64.class, Placeholder.shape(batch));
    Placeholder<TString> records = tf.placeholder(TString.class, Placeholder.shape(batch));
    BatchFunction.Features features = BatchFunction.Features.parse(tf, records);
    return Signature.builder("parse")
        .input("positions", positions)
        .input("records", records)
        .output("rows", features.rows())
        .output("images", features.images())
        .build();
  }

  private static double cpuSeconds() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new RunFailedException(folder + " cannot be deleted: " + e, "delete it by hand", e);
    }
  }
}
