package dev.lockstep.example;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import dev.lockstep.objective.PairObjective;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Half of CLIP's loss: each caption picks its image among the batch's. */
public final class CaptionPicksImage implements PairObjective {
  @Override
  public Loss loss(Ops tf, Encoded encoded, Batch batch) {
    Operand<TFloat32> cosines =
        tf.linalg.matMul(
            encoded.textEmbedding(), encoded.imageEmbedding(), MatMul.transposeB(true));
    Operand<TFloat32> logits = tf.math.mul(cosines, encoded.logitScale());
    Operand<TInt32> size = tf.size(batch.captionKeys());
    Operand<TFloat32> own =
        tf.oneHot(
            tf.range(tf.constant(0), size, tf.constant(1)), size, tf.constant(1f), tf.constant(0f));
    Operand<TFloat32> crossEntropy =
        SoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, own).loss();
    Operand<TFloat32> lnN = tf.math.log(tf.dtypes.cast(size, TFloat32.class));
    return new Loss(tf.math.mean(crossEntropy, tf.constant(0)), tf.constant(0f), lnN);
  }

  @Override
  public String chanceName() {
    return "ln N";
  }
}
