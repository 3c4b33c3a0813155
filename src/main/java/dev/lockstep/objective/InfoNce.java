package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The symmetric contrastive loss of CLIP (Radford et al. 2021, figure 3): each image picks its
 * caption among the batch's, each caption its image; the mean of both cross-entropies.
 *
 * <p>Where rows share a caption or an image, they are right answers to each other, with equal
 * shares, as in UniCL (Yang et al. 2022, equation 2). CLIP counts them as wrong, which a model can
 * never learn.
 */
final class InfoNce implements Objective {
  private final boolean repeatedArePositives;

  InfoNce(boolean repeatedArePositives) {
    this.repeatedArePositives = repeatedArePositives;
  }

  @Override
  public Loss loss(Ops tf, Encoded encoded, Batch batch) {
    Operand<TFloat32> cosines =
        tf.linalg.matMul(
            encoded.imageEmbedding(), encoded.textEmbedding(), MatMul.transposeB(true));
    Operand<TFloat32> logits = tf.math.mul(cosines, encoded.logitScale());
    Operand<TFloat32> positives =
        tf.dtypes.cast(positives(tf, batch), TFloat32.class); // [batch, batch], symmetric
    Operand<TFloat32> counts = tf.sum(positives, tf.constant(1), Sum.keepDims(true));
    Operand<TFloat32> targets = tf.math.div(positives, counts);
    Operand<TFloat32> imageToText = crossEntropy(tf, logits, targets);
    Operand<TFloat32> textToImage =
        crossEntropy(tf, tf.linalg.transpose(logits, tf.constant(new int[] {1, 0})), targets);
    Operand<TFloat32> size = tf.dtypes.cast(tf.size(batch.captionKeys()), TFloat32.class);
    return new Loss(
        tf.math.mul(tf.math.add(imageToText, textToImage), tf.constant(0.5f)),
        floor(tf, counts),
        tf.math.log(size));
  }

  @Override
  public String chanceName() {
    return "ln N";
  }

  /** [batch, batch]: whether a column's caption is a right answer to a row's image. */
  private Operand<TBool> positives(Ops tf, Batch batch) {
    if (repeatedArePositives) {
      return tf.math.logicalOr(equal(tf, batch.captionKeys()), equal(tf, batch.imageKeys()));
    }
    Operand<TInt32> size = tf.size(batch.captionKeys());
    Operand<TInt64> own =
        tf.dtypes.cast(tf.range(tf.constant(0), size, tf.constant(1)), TInt64.class);
    return equal(tf, own);
  }

  private static Operand<TBool> equal(Ops tf, Operand<TInt64> keys) {
    return tf.math.equal(tf.expandDims(keys, tf.constant(0)), tf.expandDims(keys, tf.constant(1)));
  }

  private static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    return tf.math.mean(
        SoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, targets).loss(), tf.constant(0));
  }

  /** The entropy of the targets: a row with n right answers cannot cost less than ln n. */
  private static Operand<TFloat32> floor(Ops tf, Operand<TFloat32> counts) {
    return tf.math.mean(tf.math.log(counts), tf.constant(new int[] {0, 1}));
  }
}
