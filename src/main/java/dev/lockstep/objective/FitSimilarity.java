package dev.lockstep.objective;

import dev.lockstep.model.Encoded;
import dev.lockstep.model.Side;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TFloat32;

/**
 * The fixed tower's similarities among the batch are the target for those between the towers. With
 * v the fixed tower's embeddings and u the learning one's, each row i has the target {@code p_i =
 * softmax_j(v_i.v_j / t)} in place of InfoNCE's single right answer, in both directions:
 *
 * <p>{@code L = 1/2N sum_i [H(p_i, softmax_j(s u_i.v_j)) + H(p_i, softmax_j(s v_i.u_j))]}
 *
 * <p>A caption is so drawn not to its image alone but to all that look like it. The soft targets
 * from similarities within a modality are those of SoftCLIP (Gao et al. 2024, equations 4 to 6);
 * that a fixed teacher gives them is relational distillation (Tung and Mori 2019; Fang et al.
 * 2021).
 */
final class FitSimilarity implements Objective {
  /** The name in an experiment file. */
  private static final String NAME = "fit-similarity";

  private final double temperature;

  /**
   * @param temperature what the fixed tower's cosines are divided by
   */
  FitSimilarity(double temperature) {
    this.temperature = temperature;
  }

  @Override
  public String chanceName() {
    return "ln N";
  }

  @Override
  public Loss loss(Forward forward) {
    Side fixed = FixedSide.of(forward, NAME);
    Encoded encoded = forward.encoded();
    return fixed == Side.IMAGE
        ? loss(
            forward.tf(), encoded.textEmbedding(), encoded.imageEmbedding(), encoded.logitScale())
        : loss(
            forward.tf(), encoded.imageEmbedding(), encoded.textEmbedding(), encoded.logitScale());
  }

  /**
   * @param learner [batch, dimensions]
   * @param teacher [batch, dimensions]
   * @param scale a scalar
   */
  Loss loss(Ops tf, Operand<TFloat32> learner, Operand<TFloat32> teacher, Operand<TFloat32> scale) {
    Operand<TFloat32> fixed = tf.stopGradient(teacher);
    Operand<TFloat32> own =
        tf.math.div(products(tf, fixed, fixed), tf.constant((float) temperature));
    Operand<TFloat32> targets = tf.nn.softmax(own);
    Operand<TFloat32> toTeacher =
        crossEntropy(tf, tf.math.mul(products(tf, learner, fixed), scale), targets);
    Operand<TFloat32> toLearner =
        crossEntropy(tf, tf.math.mul(products(tf, fixed, learner), scale), targets);
    Operand<TFloat32> size =
        tf.math.mean(tf.sum(tf.onesLike(targets), tf.constant(1)), tf.constant(0));
    return new Loss(
        tf.math.mul(tf.math.add(toTeacher, toLearner), tf.constant(0.5f)),
        crossEntropy(tf, own, targets),
        tf.math.log(size));
  }

  private static Operand<TFloat32> products(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> columns) {
    return tf.linalg.matMul(rows, columns, MatMul.transposeB(true));
  }

  private static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    return tf.math.mean(
        SoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, targets).loss(), tf.constant(0));
  }
}
