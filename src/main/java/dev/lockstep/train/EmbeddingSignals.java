package dev.lockstep.train;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.linalg.SelfAdjointEig;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * How a batch lies in the space of embeddings, as scalars of the graph. Pairs that share a caption
 * or an image are positives of each other, whatever the objective makes of them; examples of one
 * side are different where their captions, or images, are.
 */
final class EmbeddingSignals {
  /** The decomposition takes time with the third power of the examples. */
  private static final int RANKED = 64;

  /** The share of the largest eigenvalue under which another is taken for 0. */
  private static final float ROUNDING = 1e-5f;

  private final Ops tf;
  private final Map<String, Operand<TFloat32>> signals = new LinkedHashMap<>();

  private EmbeddingSignals(Ops tf) {
    this.tf = tf;
  }

  /** The signals by name; docs/doctor.md says what each one is. */
  static Map<String, Operand<TFloat32>> of(Ops tf, Encoded encoded, Batch batch) {
    EmbeddingSignals all = new EmbeddingSignals(tf);
    Operand<TBool> sameImage = all.equal(batch.imageKeys());
    Operand<TBool> sameCaption = all.equal(batch.captionKeys());
    all.addSide("image", encoded.imageEmbedding(), encoded.imageProjection(), sameImage);
    all.addSide("text", encoded.textEmbedding(), encoded.textProjection(), sameCaption);
    all.addPairs(
        all.products(encoded.imageEmbedding(), encoded.textEmbedding()),
        tf.math.logicalOr(sameImage, sameCaption));
    return all.signals;
  }

  /**
   * @param embedding [batch, embedding], each of length 1
   * @param projection [batch, embedding], before normalization
   * @param same [batch, batch]
   */
  private void addSide(
      String side, Operand<TFloat32> embedding, Operand<TFloat32> projection, Operand<TBool> same) {
    Operand<TFloat32> cosines = products(embedding, embedding);
    Operand<TFloat32> different = number(tf.math.logicalNot(same));
    signals.put("mean-cosine/" + side, weighted(cosines, different));
    signals.put("uniformity/" + side, uniformity(cosines, different));
    signals.put("effective-rank/" + side, effectiveRank(embedding));
    signals.put(
        "embedding-norm/" + side,
        mean(tf.math.sqrt(tf.sum(tf.math.square(projection), tf.constant(1)))));
  }

  /**
   * Wang and Isola 2020, section 4.1: the logarithm of the mean of {@code exp(-2 |x - y|^2)}, where
   * {@code |x - y|^2 = 2 - 2 cos}.
   */
  private Operand<TFloat32> uniformity(Operand<TFloat32> cosines, Operand<TFloat32> different) {
    Operand<TFloat32> exponents =
        tf.math.mul(tf.math.sub(cosines, tf.constant(1f)), tf.constant(4f));
    return tf.math.log(weighted(tf.math.exp(exponents), different));
  }

  /**
   * Roy and Vetterli 2007: the exponential of the entropy of the singular values over their sum. At
   * most {@link #RANKED} examples are looked at.
   */
  private Operand<TFloat32> effectiveRank(Operand<TFloat32> embedding) {
    Operand<TFloat32> rows = tf.stridedSlice(embedding, Indices.sliceTo(RANKED));
    Operand<TFloat32> gram = products(rows, rows);
    // The decomposition fails on what is no number, and the training has a better message for it.
    Operand<TFloat32> finite = tf.select(tf.math.isFinite(gram), gram, tf.zerosLike(gram));
    Operand<TFloat32> eigenvalues =
        tf.linalg.selfAdjointEig(finite, SelfAdjointEig.computeV(false)).e();
    // In float32 the zeros of a Gram matrix come out as small numbers, whose roots are not small.
    Operand<TFloat32> noise =
        tf.math.mul(tf.reduceMax(eigenvalues, tf.constant(0)), tf.constant(ROUNDING));
    Operand<TFloat32> singular =
        tf.math.sqrt(
            tf.select(tf.math.greater(eigenvalues, noise), eigenvalues, tf.zerosLike(eigenvalues)));
    Operand<TFloat32> shares = tf.math.divNoNan(singular, tf.sum(singular, tf.constant(0)));
    Operand<TFloat32> entropy = tf.math.neg(tf.sum(tf.math.xlogy(shares, shares), tf.constant(0)));
    return tf.math.exp(entropy);
  }

  /**
   * @param cosines [batch, batch], images by captions
   * @param positives [batch, batch]
   */
  private void addPairs(Operand<TFloat32> cosines, Operand<TBool> positives) {
    Operand<TFloat32> right = number(positives);
    Operand<TFloat32> wrong = number(tf.math.logicalNot(positives));
    Operand<TFloat32> positive = weighted(cosines, right);
    Operand<TFloat32> negative = weighted(cosines, wrong);
    signals.put("similarity/positive", positive);
    signals.put("similarity/negative", negative);
    signals.put(
        "similarity/deviation",
        tf.math.sqrt(weighted(tf.math.square(tf.math.sub(cosines, negative)), wrong)));
    // Wang and Isola 2020, section 4.1: the mean of |x - y|^2 over positive pairs.
    signals.put("alignment", tf.math.mul(tf.math.sub(tf.constant(1f), positive), tf.constant(2f)));
    signals.put("accuracy/image-to-text", accuracy(cosines, right));
    Operand<TInt32> turned = tf.constant(new int[] {1, 0});
    signals.put(
        "accuracy/text-to-image",
        accuracy(tf.linalg.transpose(cosines, turned), tf.linalg.transpose(right, turned)));
  }

  /** The share of rows whose highest column is a right one. */
  private Operand<TFloat32> accuracy(Operand<TFloat32> cosines, Operand<TFloat32> right) {
    Operand<TInt64> chosen = tf.math.argMax(cosines, tf.constant(1));
    return mean(
        tf.gather(
            right, tf.expandDims(chosen, tf.constant(1)), tf.constant(1), Gather.batchDims(1L)));
  }

  private Operand<TFloat32> products(Operand<TFloat32> left, Operand<TFloat32> right) {
    return tf.linalg.matMul(left, right, MatMul.transposeB(true));
  }

  /** The mean of those that have weight 1; not a number where none has. */
  private Operand<TFloat32> weighted(Operand<TFloat32> values, Operand<TFloat32> weights) {
    return tf.math.div(sum(tf.math.mul(values, weights)), sum(weights));
  }

  private Operand<TBool> equal(Operand<TInt64> keys) {
    return tf.math.equal(tf.expandDims(keys, tf.constant(0)), tf.expandDims(keys, tf.constant(1)));
  }

  private Operand<TFloat32> number(Operand<TBool> condition) {
    return tf.dtypes.cast(condition, TFloat32.class);
  }

  private Operand<TFloat32> sum(Operand<TFloat32> matrix) {
    return tf.sum(matrix, tf.constant(new int[] {0, 1}));
  }

  private Operand<TFloat32> mean(Operand<TFloat32> values) {
    return tf.math.mean(tf.reshape(values, tf.constant(Shape.of(-1))), tf.constant(0));
  }
}
