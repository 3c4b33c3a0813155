package dev.lockstep.train;

import dev.lockstep.input.Batch;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.RawTensor;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

/** A batch that was taken out of the input, to be fed in its place. */
public final class FixedBatch implements AutoCloseable {
  private final List<Operand<?>> places;
  private final List<Tensor> values = new ArrayList<>();
  private final int examples;

  /**
   * Takes the next batch.
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
