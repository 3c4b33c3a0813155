package dev.lockstep.train;

import dev.lockstep.input.Batch;
import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * A batch that is read once and then used part by part, in several runs of the session: whoever
 * runs feeds the batch as it was read, and the number of the part.
 */
final class BatchParts {
  private final Ops tf;
  private final Batch whole;
  private final Operand<TFloat32> waitSeconds;
  private final int size;
  private final int count;
  private final Placeholder<TInt32> number;

  /**
   * @param size pairs of a part
   * @param count parts of the batch
   * @param waitSeconds how long reading waited for the batch
   */
  BatchParts(Ops tf, Batch whole, Operand<TFloat32> waitSeconds, int size, int count) {
    this.tf = tf;
    this.whole = whole;
    this.waitSeconds = waitSeconds;
    this.size = size;
    this.count = count;
    this.number = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** How many pairs the whole batch has. */
  int pairs() {
    return count * size;
  }

  /** The batch of the part whose number is fed. */
  Batch part() {
    return whole.map(
        new Batch.Change() {
          @Override
          public <T extends TType> Operand<T> of(Operand<T> operand) {
            return rows(operand, size / whole.pairsPerRow(operand));
          }
        });
  }

  /** The rows of something that has one for each pair of the batch. */
  <T extends TType> Operand<T> rows(Operand<T> all) {
    return rows(all, size);
  }

  private <T extends TType> Operand<T> rows(Operand<T> all, int ofPart) {
    int rank = all.shape().numDimensions();
    int[] length = new int[rank];
    Arrays.fill(length, -1);
    length[0] = ofPart;
    int[] oneFurther = new int[rank];
    oneFurther[0] = ofPart;
    return tf.slice(all, tf.math.mul(number, tf.constant(oneFurther)), tf.constant(length));
  }

  /**
   * What dropout draws from: another number for each part, the same in each run over it, and the
   * step's own for the first.
   */
  Operand<TInt64> step(Operand<TInt64> step) {
    return tf.math.add(
        step, tf.math.mul(tf.dtypes.cast(number, TInt64.class), tf.constant(1L << 40)));
  }

  /**
   * Feeds the number of a part to a run that is fed the batch besides.
   *
   * @return what to close after the run
   */
  Tensor feedNumber(Session.Runner runner, int part) {
    TInt32 fed = TInt32.scalarOf(part);
    runner.feed(number, fed);
    return fed;
  }

  /** A batch as it was read. */
  static final class Held implements AutoCloseable {
    private final Result result;
    private final List<Output<?>> operands;
    private final Placeholder<TInt32> number;

    private Held(Result result, List<Output<?>> operands, Placeholder<TInt32> number) {
      this.result = result;
      this.operands = operands;
      this.number = number;
    }

    double waitSeconds() {
      return VariableValues.floats((TFloat32) result.get(operands.size()))[0];
    }

    /**
     * Feeds the batch to a run.
     *
     * @return what to close after the run
     */
    Tensor feed(Session.Runner runner, int part) {
      for (int i = 0; i < operands.size(); i++) {
        runner.feed(operands.get(i), result.get(i));
      }
      TInt32 fed = TInt32.scalarOf(part);
      runner.feed(number, fed);
      return fed;
    }

    @Override
    public void close() {
      result.close();
    }
  }

  /** Reads the next batch. */
  Held read(Session session) {
    List<Output<?>> operands = new ArrayList<>();
    whole.operands().forEach(operand -> operands.add(operand.asOutput()));
    Session.Runner runner = session.runner();
    operands.forEach(runner::fetch);
    return new Held(runner.fetch(waitSeconds).run(), operands, number);
  }
}
