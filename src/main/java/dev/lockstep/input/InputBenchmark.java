package dev.lockstep.input;

import static dev.lockstep.input.InputSpec.Originals.FAST;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.sun.management.OperatingSystemMXBean;
import dev.lockstep.config.Block;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.RecordFiles;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

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
          "the benchmark's records cannot be written or read: " + e,
          "make room in " + System.getProperty("java.io.tmpdir"),
          e);
    } finally {
      delete(folder);
    }
  }

  private List<Measurement> measure(RecordSource source) throws IOException {
    InputSpec plain = new InputSpec(Math.min(records, 1000), threads, 2, AugmentSpec.NONE);
    if (encoding == Encoding.ORIGINAL) {
      InputSpec fast = plain.withOriginals(FAST);
      return List.of(
          measure("read", source, plain, BatchLayout.only(pixels, false), Part.READ),
          measureDecoding("+ decode", source, plain),
          measure("+ resize as Pillow", source, plain, Part.READ),
          measure("+ batch, as in training", source, plain, Part.ALL),
          measure("or resize fast", source, fast, Part.READ),
          measure("+ batch, as in training", source, fast, Part.ALL));
    }
    return List.of(
        measure("read", source, plain, Part.READ),
        measure("+ parse", source, plain, Part.PARSE),
        measure("+ decode, as in training", source, plain, Part.ALL),
        measure("+ crop, colours", source, plain.withAugment(CROP_AND_COLOURS), Part.ALL),
        measure("or affine, colours", source, plain.withAugment(AFFINE_AND_COLOURS), Part.ALL));
  }

  /** How much of the work is done. */
  private enum Part {
    READ,
    PARSE,
    ALL
  }

  private Measurement measure(String step, RecordSource source, InputSpec spec, Part part) {
    return measure(step, source, spec, BatchLayout.pairs(pixels), part);
  }

  private Measurement measure(
      String step, RecordSource source, InputSpec spec, BatchLayout layout, Part part) {
    ConfigProto config =
        ConfigProto.newBuilder()
            .setUsePerSessionThreads(true)
            .setInterOpParallelismThreads(threads)
            .setIntraOpParallelismThreads(threads)
            .build();
    try (Graph graph = new Graph();
        BatchIterator iterator = new BatchIterator(Ops.create(graph), layout)) {
      InputPipeline pipeline = InputPipeline.training(iterator, source, spec, batchSize, 1);
      Ops tf = Ops.create(graph);
      Op batch =
          switch (part) {
            case READ -> pipeline.takeRecords(tf, false);
            case PARSE -> pipeline.takeRecords(tf, true);
            case ALL -> tf.withControlDependencies(iterator.next().images()).noOp();
          };
      try (Session session = new Session(graph, config)) {
        pipeline.start(session, 0);
        int batches = Math.max(1, records / batchSize);
        repeat(session, batch, warmUp(batches));
        Stopwatch watch = new Stopwatch();
        repeat(session, batch, batches);
        Measurement measured = watch.measured(step, (long) batches * batchSize);
        iterator.close();
        return measured;
      }
    }
  }

  /** Decoding alone is no step that a training has: here it is done on one thread. */
  private Measurement measureDecoding(String step, RecordSource source, InputSpec spec)
      throws IOException {
    try (RecordFiles files = new RecordFiles(source.files());
        OriginalImages images = new OriginalImages(source, pixels, spec)) {
      decode(files, images, source, warmUp(records));
      Stopwatch watch = new Stopwatch();
      decode(files, images, source, records);
      return watch.measured(step, records);
    }
  }

  private static void decode(
      RecordFiles files, OriginalImages images, RecordSource source, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      byte[] record = files.read(source.index().shard(i), source.index().offset(i));
      images.decode(ImageTextRecord.parse(record).image()).close();
    }
  }

  /** How many to do before it counts, for what compiles and allocates at first use. */
  private static int warmUp(int count) {
    return Math.max(1, count / 5);
  }

  private static void repeat(Session session, Op batch, int times) {
    for (int i = 0; i < times; i++) {
      session.run(batch);
    }
  }

  /** From when it is made on. */
  private static final class Stopwatch {
    private final double cpu = cpuSeconds();
    private final long start = System.nanoTime();

    Measurement measured(String step, long images) {
      return new Measurement(step, images, (System.nanoTime() - start) / 1e9, cpuSeconds() - cpu);
    }
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
