package dev.lockstep.train;

import dev.lockstep.input.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.RawTensor;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** A batch to be fed in the place of the input's next one. */
public final class FixedBatch implements AutoCloseable {
  private final List<Operand<?>> places;
  private final List<Tensor> values = new ArrayList<>();
  private final int examples;

  private FixedBatch(Batch next, int examples) {
    this.places = next.operands();
    this.examples = examples;
  }

  /**
   * Takes the next batch out of the input.
   *
   * @param most the first so many of its examples are kept, fewer where the last of them would be
   *     without its image
   */
  FixedBatch(Session session, Batch next, int most) {
    places = next.operands();
    Session.Runner runner = session.runner();
    places.forEach(runner::fetch);
    try (Result result = runner.run()) {
      int pairs = Math.toIntExact(result.get(places.indexOf(next.rows())).shape().get(0));
      examples = Math.min(most, pairs) / next.captionsPerImage() * next.captionsPerImage();
      for (int i = 0; i < places.size(); i++) {
        int rows = examples / next.pairsPerRow(places.get(i));
        values.add(first((TType) result.get(i), rows));
      }
    }
  }

  /**
   * A batch that says nothing: black images, and texts of one token over and over.
   *
   * @param next of the input
   * @param pairs how many
   * @param tokens the length of each text
   */
  static FixedBatch blank(Batch next, int pairs, int tokens) {
    FixedBatch blank = new FixedBatch(next, pairs);
    for (Operand<?> place : blank.places) {
      long[] shape = place.shape().asArray();
      shape[0] = pairs / next.pairsPerRow(place);
      for (int i = 1; i < shape.length; i++) {
        shape[i] = shape[i] == Shape.UNKNOWN_SIZE ? tokens : shape[i];
      }
      blank.values.add(blank(place.type(), Shape.of(shape)));
    }
    return blank;
  }

  /** Ones for token ids and masks, which must not hide everything; zeros for all else. */
  private static Tensor blank(Class<? extends TType> type, Shape shape) {
    if (type == TInt32.class) {
      int[] ones = new int[Math.toIntExact(shape.size())];
      Arrays.fill(ones, 1);
      return TInt32.tensorOf(shape, DataBuffers.of(ones));
    }
    Tensor zeros = Tensor.of(type, shape);
    ByteDataBuffer bytes = zeros.asRawTensor().data();
    bytes.write(new byte[Math.toIntExact(bytes.size())]);
    return zeros;
  }

  /** The first rows; they lie together in memory. */
  private static Tensor first(TType tensor, int rows) {
    RawTensor raw = tensor.asRawTensor();
    long bytes = raw.numBytes() / tensor.shape().get(0) * rows;
    Shape shape = tensor.shape().takeLast(tensor.shape().numDimensions() - 1).prepend(rows);
    return Tensor.of(tensor.type(), shape, raw.data().slice(0, bytes));
  }

  /** How many examples it has. */
  public int examples() {
    return examples;
  }

  void feed(Session.Runner runner) {
    for (int i = 0; i < places.size(); i++) {
      runner.feed(places.get(i), values.get(i));
    }
  }

  @Override
  public void close() {
    values.forEach(Tensor::close);
  }
}
