package dev.lockstep.model.layer;

import org.tensorflow.Operand;
import org.tensorflow.types.TInt64;

/**
 * How layers are built: for training (dropout, the batch's own statistics) or for evaluation.
 *
 * @param step the number of the training step, which dropout draws from; null outside training
 * @param bfloat16 whether matrix products and convolutions take bfloat16; all else is float32
 */
public record LayerMode(boolean training, Operand<TInt64> step, boolean bfloat16) {
  public static LayerMode training(Operand<TInt64> step, boolean bfloat16) {
    return new LayerMode(true, step, bfloat16);
  }

  public static LayerMode evaluation(boolean bfloat16) {
    return new LayerMode(false, null, bfloat16);
  }
}
