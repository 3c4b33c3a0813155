package dev.lockstep.input;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * One batch of noise, over and over: to measure a training step without its input. Each text's last
 * quarter is padding.
 */
public final class SyntheticBatches {
  private final Op makeIterator;

  /**
   * @param iterator of texts, and of images or what stands for them
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
    List<Operand<?>> parts = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    if (layout.images()) {
      parts.add(tf.dtypes.cast(pixels, TUint8.class));
      shapes.add(Shape.of(batchSize, side, side, 3));
    }
    parts.add(tf.math.mul(integers(tf, new int[] {batchSize, tokens}, vocabularySize), mask));
    parts.addAll(List.of(mask, rows, rows, rows));
    shapes.addAll(List.of(text, text, perPair, perPair, perPair));
    if (layout.imageFeatures() > 0) {
      int[] shape = {batchSize, layout.imageFeatures()};
      parts.add(tf.dtypes.cast(integers(tf, shape, 3), TFloat32.class));
      shapes.add(Shape.of(batchSize, layout.imageFeatures()));
    }
    makeIterator =
        iterator.read(
            tf.data.repeatDataset(
                tf.data.tensorDataset(parts, shapes),
                tf.constant(-1L),
                layout.types(),
                layout.shapes()));
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
