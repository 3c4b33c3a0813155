package dev.lockstep.input;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * One batch of noise, over and over: to measure a training step without its input. Each text's last
 * quarter is padding.
 */
public final class SyntheticBatches {
  private final Op makeIterator;

  /**
   * @param tokens the length of each text
   * @param vocabularySize ids are smaller than this
   */
  public SyntheticBatches(BatchIterator iterator, int batchSize, int tokens, int vocabularySize) {
    Ops tf = iterator.ops();
    BatchLayout layout = iterator.layout();
    int side = layout.imageSize();
    Operand<TInt32> pixels = integers(tf, new int[] {batchSize, side, side, 3}, 256);
    Operand<TInt32> places =
        tf.tile(
            tf.expandDims(tf.range(tf.constant(0), tf.constant(tokens), tf.constant(1)), zero(tf)),
            tf.constant(new int[] {batchSize, 1}));
    Operand<TInt32> mask =
        tf.dtypes.cast(tf.math.less(places, tf.constant((tokens * 3 + 3) / 4)), TInt32.class);
    Operand<TInt64> rows =
        tf.range(tf.constant(0L), tf.constant((long) batchSize), tf.constant(1L));
    Shape text = Shape.of(batchSize, tokens);
    Shape perPair = Shape.of(batchSize);
    Operand<? extends TType> one =
        tf.data.tensorDataset(
            List.of(
                tf.dtypes.cast(pixels, TUint8.class),
                tf.math.mul(integers(tf, new int[] {batchSize, tokens}, vocabularySize), mask),
                mask,
                rows,
                rows,
                rows),
            List.of(Shape.of(batchSize, side, side, 3), text, text, perPair, perPair, perPair));
    makeIterator =
        iterator.read(
            tf.data.repeatDataset(one, tf.constant(-1L), layout.types(), layout.shapes()));
  }

  /** Makes these batches those that the iterator reads. */
  public void start(Session session) {
    session.run(makeIterator);
  }

  private static Operand<TInt32> integers(Ops tf, int[] shape, int bound) {
    return tf.random.statelessRandomUniformInt(
        tf.constant(shape), tf.constant(new long[] {1, 2}), zero(tf), tf.constant(bound));
  }

  private static Operand<TInt32> zero(Ops tf) {
    return tf.constant(0);
  }
}
