package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.Layers;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.framework.op.FrameworkOps;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The image tower by itself: SimCLR's NT-Xent (Chen et al. 2020, equation 1). Of the 2N views of N
 * images, each two of one, every view picks its partner among the other 2N - 1. The embeddings are
 * made by a head of its own, two dense layers over the tower's features (section 4.2), which the
 * model is used without.
 *
 * <p>Views of rows with the same image are left out of each other's wrong answers.
 */
final class TwoViews implements Objective {
  private static final String SCOPE = "image/two-views";
  private static final int EMBEDDING = 128;

  /** Less than any logit: takes a column out of the softmax. */
  private static final float OUT = -1e9f;

  private final double temperature;

  /**
   * @param temperature what the cosines are divided by
   */
  TwoViews(double temperature) {
    this.temperature = temperature;
  }

  @Override
  public BatchLayout inputs(BatchLayout pairs) {
    return pairs.twoViews();
  }

  @Override
  public String chanceName() {
    return "ln(2N-1)";
  }

  @Override
  public void makeVariables(DualEncoder model, Function<String, Layers> layers) {
    Layers head = layers.apply(SCOPE);
    int width = model.featureSize(Side.IMAGE);
    head(head, head.tf().zeros(head.tf().constant(new int[] {1, width}), TFloat32.class), width);
  }

  @Override
  public Loss loss(Forward forward) {
    Ops tf = forward.tf();
    Batch batch = forward.batch();
    Operand<TFloat32> features =
        forward.imageFeatures(
            tf.concat(List.of(batch.images(), batch.otherImages()), tf.constant(0)));
    Operand<TFloat32> projected =
        head(forward.layers(SCOPE), features, forward.model().featureSize(Side.IMAGE));
    return loss(
        tf, FrameworkOps.create(tf).math.l2Normalize(projected, new int[] {-1}), batch.imageKeys());
  }

  /**
   * @param embeddings [2 x batch, dimensions], each of length 1: first one view of each image, then
   *     the other of each in the same order
   * @param imageKeys [batch]
   */
  Loss loss(Ops tf, Operand<TFloat32> embeddings, Operand<TInt64> imageKeys) {
    Operand<TInt32> views = tf.math.mul(tf.size(imageKeys), tf.constant(2));
    Operand<TInt32> all = tf.range(tf.constant(0), views, tf.constant(1));
    Operand<TInt32> partners = tf.math.floorMod(tf.math.add(all, tf.size(imageKeys)), views);
    Operand<TFloat32> isPartner =
        tf.oneHot(partners, views, tf.constant(1f), tf.constant(0f)); // [views, views]
    Operand<TFloat32> sameImage =
        tf.dtypes.cast(
            Positives.equal(tf, tf.concat(List.of(imageKeys, imageKeys), tf.constant(0))),
            TFloat32.class);
    Operand<TFloat32> out = tf.math.mul(tf.math.sub(sameImage, isPartner), tf.constant(OUT));
    Operand<TFloat32> logits =
        tf.math.add(
            tf.math.div(
                tf.linalg.matMul(embeddings, embeddings, MatMul.transposeB(true)),
                tf.constant((float) temperature)),
            out);
    Operand<TFloat32> chosen =
        tf.sum(tf.math.mul(tf.nn.logSoftmax(logits), isPartner), tf.constant(1));
    return new Loss(
        tf.math.neg(tf.math.mean(chosen, tf.constant(0))),
        floor(tf, sameImage),
        chance(tf, sameImage));
  }

  /** All answers to a view alike: ln of one more than its wrong answers. */
  private static Operand<TFloat32> chance(Ops tf, Operand<TFloat32> sameImage) {
    Operand<TFloat32> wrong = tf.sum(tf.math.sub(tf.constant(1f), sameImage), tf.constant(1));
    return tf.math.mean(tf.math.log(tf.math.add(wrong, tf.constant(1f))), tf.constant(0));
  }

  /**
   * Partners that are equal, and different images as far apart as they can be at the same time: the
   * cosines of all pairs of different images add up to {@code |sum of all|^2 - |sums of each
   * image|^2}, at least to {@code -sum n_g^2} for images of n_g views. For N different images that
   * is the simplex, at a cosine of -1 / (N - 1).
   */
  private Operand<TFloat32> floor(Ops tf, Operand<TFloat32> sameImage) {
    Operand<TInt32> both = tf.constant(new int[] {0, 1});
    Operand<TFloat32> different = tf.sum(tf.math.sub(tf.constant(1f), sameImage), both);
    Operand<TFloat32> apart = tf.math.neg(tf.math.divNoNan(tf.sum(sameImage, both), different));
    Operand<TFloat32> wrong =
        tf.math.mean(
            tf.sum(tf.math.sub(tf.constant(1f), sameImage), tf.constant(1)), tf.constant(0));
    Operand<TFloat32> odds =
        tf.math.exp(
            tf.math.div(
                tf.math.sub(tf.math.maximum(apart, tf.constant(-1f)), tf.constant(1f)),
                tf.constant((float) temperature)));
    return tf.math.log1p(tf.math.mul(wrong, odds));
  }

  private static Operand<TFloat32> head(Layers layers, Operand<TFloat32> features, int width) {
    Operand<TFloat32> hidden =
        layers.activate(Activation.RELU, layers.dense("hidden", features, width, width));
    return layers.denseWithoutBias("output", hidden, width, EMBEDDING);
  }
}
