package dev.lockstep.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.IntNdArray;
import org.tensorflow.ndarray.LongNdArray;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A graph with one iterator and one pipeline, and a session that reads it. */
final class Reading implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final BatchIterator iterator;
  private final InputPipeline pipeline;

  Reading(int imageSize, Function<BatchIterator, InputPipeline> pipeline) {
    this(tf -> new BatchIterator(tf, imageSize), pipeline);
  }

  Reading(Function<Ops, BatchIterator> iterator, Function<BatchIterator, InputPipeline> pipeline) {
    this.iterator = iterator.apply(Ops.create(graph));
    this.pipeline = pipeline.apply(this.iterator);
    this.session = new Session(graph);
  }

  /** A batch on this side of the graph. */
  record Read(
      List<Long> rows,
      List<Long> captionKeys,
      List<Long> imageKeys,
      int[][] ids,
      int[][] mask,
      byte[] pixels,
      long[] imageShape,
      double waitSeconds) {

    boolean sameAs(Read other) {
      return rows.equals(other.rows)
          && Arrays.deepEquals(ids, other.ids)
          && Arrays.deepEquals(mask, other.mask)
          && Arrays.equals(pixels, other.pixels);
    }
  }

  InputPipeline pipeline() {
    return pipeline;
  }

  Batch operands() {
    return iterator.next();
  }

  Reading start(long position) {
    pipeline.start(session, position);
    return this;
  }

  List<Read> next(int batches) {
    List<Read> all = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      all.add(next());
    }
    return all;
  }

  Read next() {
    Batch batch = iterator.next();
    try (Result result =
        session
            .runner()
            .fetch(batch.images())
            .fetch(batch.inputIds())
            .fetch(batch.attentionMask())
            .fetch(batch.captionKeys())
            .fetch(batch.imageKeys())
            .fetch(batch.rows())
            .fetch(iterator.waitSeconds())
            .run()) {
      TUint8 images = (TUint8) result.get(0);
      byte[] pixels = new byte[(int) images.numBytes()];
      images.asRawTensor().data().read(pixels);
      return new Read(
          longs((TInt64) result.get(5)),
          longs((TInt64) result.get(3)),
          longs((TInt64) result.get(4)),
          rows((TInt32) result.get(1)),
          rows((TInt32) result.get(2)),
          pixels,
          images.shape().asArray(),
          ((TFloat64) result.get(6)).getDouble());
    }
  }

  private static List<Long> longs(LongNdArray array) {
    List<Long> values = new ArrayList<>();
    array.scalars().forEach(value -> values.add(value.getLong()));
    return values;
  }

  private static int[][] rows(IntNdArray matrix) {
    List<int[]> rows = new ArrayList<>();
    matrix.elements(0).forEach(row -> rows.add(row(row)));
    return rows.toArray(new int[0][]);
  }

  private static int[] row(NdArray<Integer> row) {
    int[] values = new int[(int) row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getObject(i);
    }
    return values;
  }

  @Override
  public void close() {
    iterator.close();
    session.close();
    graph.close();
  }
}
