package dev.lockstep.input;

import static dev.lockstep.tensorflow.DatasetFunction.flag;
import static dev.lockstep.tensorflow.DatasetFunction.function;
import static dev.lockstep.tensorflow.DatasetFunction.scalarShape;
import static dev.lockstep.tensorflow.DatasetFunction.text;
import static dev.lockstep.tensorflow.DatasetFunction.types;

import dev.lockstep.tensorflow.DatasetFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.EagerSession;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The stream of serialised records of a source, with their positions, from any position on.
 *
 * <p>Each epoch is a dataset of its own, whose order follows from the seed and the epoch's number.
 * So the stream is taken up again by reading from the start of one epoch, not of the first.
 */
final class RecordStream {
  static final List<Class<? extends TType>> TYPES = List.of(TInt64.class, TString.class);
  static final List<Shape> SHAPES = List.of(Shape.scalar(), Shape.scalar());

  private static final int SHARDS_AT_A_TIME = 4;
  private static final long READ_BUFFER_BYTES = 1 << 20;
  private static final Map<String, AttrValue> STRINGS =
      Map.of("output_types", types(DataType.DT_STRING), "output_shapes", scalarShape());

  private final RecordSource source;
  private final DatasetFunction epoch;

  private RecordStream(RecordSource source, DatasetFunction epoch) {
    this.source = source;
    this.epoch = epoch;
  }

  /** All epochs without end, each in an order of its own. */
  static RecordStream shuffled(Ops tf, RecordSource source, int shuffleBuffer, long seed) {
    return new RecordStream(source, define(tf, source, new Order(shuffleBuffer, seed)));
  }

  /** In the order in which they were written. */
  static RecordStream inOrder(Ops tf, RecordSource source) {
    return new RecordStream(source, define(tf, source, null));
  }

  private record Order(int buffer, long seed) {}

  /**
   * A dataset of pairs, position and record, both scalars.
   *
   * @param position of the first record, a scalar; position / records is its epoch
   * @param epochs the epoch to end before, a scalar
   */
  Operand<? extends TType> from(Ops tf, Operand<TInt64> position, Operand<TInt64> epochs) {
    return zipped(tf, position, epochs, List.of(List.of()), List.of(this));
  }

  /**
   * A dataset of positions and the records of several streams there, whose shards hold the same
   * numbers of records, so that the same seed puts them into the same order.
   *
   * @param folders for each stream its folder, where it has moved
   */
  static Operand<? extends TType> zipped(
      Ops tf,
      Operand<TInt64> position,
      Operand<TInt64> epochs,
      List<List<Operand<TString>>> folders,
      List<RecordStream> streams) {
    Operand<TInt64> records = tf.constant(streams.get(0).source.records());
    Operand<TInt64> firstEpoch = tf.math.floorDiv(position, records);
    Operand<TInt64> one = tf.constant(1L);
    List<Class<? extends TType>> integer = List.of(TInt64.class);
    List<Shape> scalar = List.of(Shape.scalar());
    Operand<TInt64> start = tf.math.mul(firstEpoch, records);
    Operand<? extends TType> positions =
        tf.data.rangeDataset(start, tf.constant(Long.MAX_VALUE), one, integer, scalar);
    List<Operand<? extends TType>> all = new ArrayList<>(List.of(positions));
    for (int i = 0; i < streams.size(); i++) {
      all.add(
          streams
              .get(i)
              .epoch
              .flatMap(
                  tf,
                  tf.data.rangeDataset(firstEpoch, epochs, one, integer, scalar),
                  folders.get(i)));
    }
    return tf.data.skipDataset(
        tf.data.zipDataset(all, componentTypes(streams.size()), componentShapes(streams.size())),
        tf.math.sub(position, start),
        componentTypes(streams.size()),
        componentShapes(streams.size()));
  }

  /** Of positions and the records of so many streams. */
  static List<Class<? extends TType>> componentTypes(int streams) {
    List<Class<? extends TType>> types = new ArrayList<>(List.of(TInt64.class));
    types.addAll(Collections.nCopies(streams, TString.class));
    return types;
  }

  static List<Shape> componentShapes(int streams) {
    return Collections.nCopies(1 + streams, Shape.scalar());
  }

  /** The function from an epoch's number to its records. */
  private static DatasetFunction define(Ops tf, RecordSource source, Order order) {
    String name = tf.scope().makeOpName("epoch");
    Graph graph = graph(tf.scope().env());
    DatasetFunction shard = new DatasetFunction(name + "_shard", DataType.DT_STRING);
    shard.define(
        graph,
        shard.dataset(
            "TFRecordDataset",
            List.of(shard.input(), shard.constant(""), shard.constant(READ_BUFFER_BYTES)),
            Map.of("metadata", text(""))));

    DatasetFunction epoch = new DatasetFunction(name, DataType.DT_INT64);
    List<String> files = source.files().stream().map(Path::toString).toList();
    String names = epoch.constant(files);
    String dataset =
        epoch.dataset(
            "TensorSliceDataset",
            List.of(source.moved() ? epoch.paths(epoch.capture(), names) : names),
            Map.of(
                "Toutput_types", types(DataType.DT_STRING),
                "output_shapes", scalarShape(),
                "is_files", flag(false),
                "metadata", text("")));
    SplittableRandom seeds = new SplittableRandom(order == null ? 0 : order.seed());
    if (order != null) {
      dataset = shuffle(epoch, dataset, files.size(), seeds.nextLong());
    }
    long atATime = order == null ? 1 : Math.min(SHARDS_AT_A_TIME, files.size());
    dataset =
        epoch.dataset(
            "ParallelInterleaveDatasetV4",
            List.of(
                dataset,
                epoch.constant(atATime),
                epoch.constant(1),
                epoch.constant(-1),
                epoch.constant(-1),
                epoch.constant(atATime)),
            with(
                STRINGS,
                Map.of(
                    "f", function(name + "_shard"),
                    "deterministic", text("true"),
                    "Targuments", types(),
                    "metadata", text(""))));
    if (order != null) {
      dataset = shuffle(epoch, dataset, order.buffer(), seeds.nextLong());
    }
    // A shard that was cut at the end of a record, or inside a record's header, ends without an
    // error in TensorFlow; all positions after it would be wrong.
    dataset =
        epoch.dataset(
            "AssertCardinalityDataset",
            List.of(dataset, epoch.constant(source.records())),
            STRINGS);
    epoch.define(graph, dataset);
    return epoch;
  }

  /** Seeded by the pair (seed, epoch). */
  private static String shuffle(DatasetFunction epoch, String dataset, long buffer, long seed) {
    return epoch.dataset(
        "ShuffleDataset",
        List.of(dataset, epoch.constant(buffer), epoch.constant(seed | 1), epoch.input()),
        with(STRINGS, Map.of("reshuffle_each_iteration", flag(false), "metadata", text(""))));
  }

  private static Map<String, AttrValue> with(
      Map<String, AttrValue> some, Map<String, AttrValue> others) {
    Map<String, AttrValue> all = new HashMap<>(some);
    all.putAll(others);
    return all;
  }

  private static Graph graph(ExecutionEnvironment environment) {
    if (environment instanceof EagerSession) {
      throw new IllegalArgumentException("input pipelines are parts of a graph");
    }
    return (Graph) environment;
  }
}
