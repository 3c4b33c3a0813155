package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TFloat32;

/**
 * The symmetric contrastive loss of CLIP (Radford et al. 2021, figure 3): each image picks its
 * caption among the batch's, each caption its image; the mean of both cross-entropies.
 *
 * <p>Where rows share a caption or an image, they are right answers to each other, with equal
 * shares, as in UniCL (Yang et al. 2022, equation 2). CLIP counts them as wrong, which a model can
 * never learn.
 */
final class InfoNce implements PairObjective {
  private final boolean repeatedArePositives;
  private final double smoothing;

  InfoNce(boolean repeatedArePositives) {
    this(repeatedArePositives, 0);
  }

  /**
   * @param smoothing the share of each target that is spread evenly over the batch (Szegedy et al.
   *     2016, section 7)
   */
  InfoNce(boolean repeatedArePositives, double smoothing) {
    this.repeatedArePositives = repeatedArePositives;
    this.smoothing = smoothing;
  }

  @Override
  public Loss loss(Ops tf, Encoded encoded, Batch batch) {
    Operand<TFloat32> cosines =
        tf.linalg.matMul(
            encoded.imageEmbedding(), encoded.textEmbedding(), MatMul.transposeB(true));
    Operand<TFloat32> logits = tf.math.mul(cosines, encoded.logitScale());
    Operand<TFloat32> positives = // [batch, batch], symmetric
        tf.dtypes.cast(Positives.of(tf, batch, repeatedArePositives), TFloat32.class);
    Operand<TFloat32> counts = tf.sum(positives, tf.constant(1), Sum.keepDims(true));
    Operand<TFloat32> size = tf.dtypes.cast(tf.size(batch.captionKeys()), TFloat32.class);
    Operand<TFloat32> targets = smoothed(tf, tf.math.div(positives, counts), size);
    Operand<TFloat32> imageToText = crossEntropy(tf, logits, targets);
    Operand<TFloat32> textToImage =
        crossEntropy(tf, tf.linalg.transpose(logits, tf.constant(new int[] {1, 0})), targets);
    return new Loss(
        tf.math.mul(tf.math.add(imageToText, textToImage), tf.constant(0.5f)),
        entropy(tf, targets),
        tf.math.log(size));
  }

  @Override
  public String chanceName() {
    return "ln N";
  }

  private Operand<TFloat32> smoothed(Ops tf, Operand<TFloat32> targets, Operand<TFloat32> size) {
    return smoothing == 0
        ? targets
        : tf.math.add(
            tf.math.mul(targets, tf.constant((float) (1 - smoothing))),
            tf.math.div(tf.constant((float) smoothing), size));
  }

  private static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    return tf.math.mean(
        SoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, targets).loss(), tf.constant(0));
  }

  /** A row with n right answers and no smoothing cannot cost less than ln n. */
  private static Operand<TFloat32> entropy(Ops tf, Operand<TFloat32> targets) {
    Operand<TFloat32> ofRows = tf.sum(tf.math.xlogy(targets, targets), tf.constant(1));
    // Taken from 0, as the negative of 0 would be shown as -0.
    return tf.math.sub(tf.constant(0f), tf.math.mean(ofRows, tf.constant(0)));
  }
}
