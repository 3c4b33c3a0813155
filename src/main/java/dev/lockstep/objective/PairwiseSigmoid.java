package dev.lockstep.objective;

import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.layer.Layers;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * The sigmoid loss of SigLIP (Zhai et al. 2023, section 3.2): for each image and each caption of
 * the batch, whether they belong together, {@code -1/N sum ij ln sigmoid(z_ij (s u_i.v_j + b))}.
 * Its scale and bias are its own variables, which start at ln 10 and -10.
 */
final class PairwiseSigmoid implements Objective {
  private static final String SCOPE = "shared/sigmoid";
  private static final double FIRST_LOG_SCALE = Math.log(10);
  private static final double FIRST_BIAS = -10;

  private final boolean repeatedArePositives;

  PairwiseSigmoid(boolean repeatedArePositives) {
    this.repeatedArePositives = repeatedArePositives;
  }

  @Override
  public void makeVariables(DualEncoder model, Function<String, Layers> layers) {
    logScale(layers.apply(SCOPE));
    bias(layers.apply(SCOPE));
  }

  @Override
  public Operand<TFloat32> scale(Forward forward) {
    return forward.tf().math.exp(logScale(forward.layers(SCOPE)));
  }

  @Override
  public Loss loss(Forward forward) {
    return loss(
        forward.tf(),
        forward.encoded(),
        Positives.of(forward.tf(), forward.batch(), repeatedArePositives),
        scale(forward),
        bias(forward.layers(SCOPE)));
  }

  /**
   * @param positives [batch, batch]
   * @param scale a scalar
   * @param bias a scalar
   */
  static Loss loss(
      Ops tf,
      Encoded encoded,
      Operand<TBool> positives,
      Operand<TFloat32> scale,
      Operand<TFloat32> bias) {
    Operand<TFloat32> cosines =
        tf.linalg.matMul(
            encoded.imageEmbedding(), encoded.textEmbedding(), MatMul.transposeB(true));
    Operand<TFloat32> logits = tf.math.add(tf.math.mul(cosines, scale), bias);
    Operand<TFloat32> right = tf.dtypes.cast(positives, TFloat32.class);
    Operand<TFloat32> signs = tf.math.sub(tf.math.mul(right, tf.constant(2f)), tf.constant(1f));
    // -ln sigmoid(x) = ln(1 + exp(-x))
    Operand<TFloat32> costs = tf.math.softplus(tf.math.neg(tf.math.mul(signs, logits)));
    return new Loss(perRow(tf, costs), tf.constant(0f), chance(tf, right));
  }

  /** What the best of all logits costs that is the same for every image and caption. */
  private static Operand<TFloat32> chance(Ops tf, Operand<TFloat32> right) {
    Operand<TFloat32> share = tf.math.mean(right, tf.constant(new int[] {0, 1}));
    Operand<TFloat32> rest = tf.math.sub(tf.constant(1f), share);
    Operand<TFloat32> entropy =
        tf.math.neg(tf.math.add(tf.math.xlogy(share, share), tf.math.xlogy(rest, rest)));
    return perRow(tf, tf.math.add(tf.zerosLike(right), entropy));
  }

  /** The sum of all elements, divided by the number of rows. */
  private static Operand<TFloat32> perRow(Ops tf, Operand<TFloat32> matrix) {
    return tf.math.mean(tf.sum(matrix, tf.constant(1)), tf.constant(0));
  }

  private static Operand<TFloat32> logScale(Layers layers) {
    return layers.scalar("log-scale", FIRST_LOG_SCALE);
  }

  private static Operand<TFloat32> bias(Layers layers) {
    return layers.scalar("bias", FIRST_BIAS);
  }
}
