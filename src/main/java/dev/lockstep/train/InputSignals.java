package dev.lockstep.train;

import dev.lockstep.input.Batch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * What comes in, as scalars of the graph.
 *
 * @param unknownId the id of [UNK]
 * @param contextLength the most tokens that a caption keeps
 */
record InputSignals(int unknownId, int contextLength) {

  /**
   * The signals by name; docs/doctor.md says what each one is. Those of a part that the batch does
   * not have are absent.
   */
  Map<String, Operand<TFloat32>> of(Ops tf, Batch batch) {
    Map<String, Operand<TFloat32>> signals = new LinkedHashMap<>();
    if (batch.images() != null) {
      signals.put("input/image-deviation", imageDeviation(tf, batch));
    }
    signals.put("input/distinct-images", distinct(tf, batch.imageKeys()));
    signals.put("input/distinct-captions", distinct(tf, batch.captionKeys()));
    if (batch.inputIds() != null) {
      addTexts(tf, batch, signals);
    }
    return signals;
  }

  private void addTexts(Ops tf, Batch batch, Map<String, Operand<TFloat32>> signals) {
    Operand<TInt32> both = tf.constant(new int[] {0, 1});
    Operand<TFloat32> unknown =
        tf.sum(number(tf, tf.math.equal(batch.inputIds(), tf.constant(unknownId))), both);
    Operand<TInt32> lengths = tf.sum(batch.attentionMask(), tf.constant(1));
    // [CLS] and [SEP] are no words of the caption.
    Operand<TInt32> words = tf.sum(tf.math.sub(lengths, tf.constant(2)), tf.constant(0));
    signals.put(
        "input/unknown-tokens", tf.math.divNoNan(unknown, tf.dtypes.cast(words, TFloat32.class)));
    signals.put(
        "input/full-captions",
        tf.math.mean(
            number(tf, tf.math.greaterEqual(lengths, tf.constant(contextLength))), tf.constant(0)));
  }

  /** The deviation of a pixel over the batch, 0 to 128, as the mean of all pixels and channels. */
  private static Operand<TFloat32> imageDeviation(Ops tf, Batch batch) {
    Operand<TFloat32> pixels = tf.dtypes.cast(batch.images(), TFloat32.class);
    Operand<TFloat32> mean = tf.math.mean(pixels, tf.constant(0));
    Operand<TFloat32> variance =
        tf.math.mean(tf.math.squaredDifference(pixels, mean), tf.constant(0));
    return tf.math.mean(tf.math.sqrt(variance), tf.constant(new int[] {0, 1, 2}));
  }

  /** The share that is left when each is counted once. */
  private static Operand<TFloat32> distinct(Ops tf, Operand<TInt64> keys) {
    Operand<TInt32> kinds = tf.size(tf.unique(keys, tf.constant(new int[] {0})).y());
    return tf.math.div(
        tf.dtypes.cast(kinds, TFloat32.class), tf.dtypes.cast(tf.size(keys), TFloat32.class));
  }

  private static Operand<TFloat32> number(Ops tf, Operand<TBool> condition) {
    return tf.dtypes.cast(condition, TFloat32.class);
  }
}
