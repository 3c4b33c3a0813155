package dev.lockstep.model.layer;

import java.util.function.Predicate;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt64;

/**
 * How layers are built: for training (dropout, the batch's own statistics) or for evaluation. In a
 * tower of which a part is held fixed, that part is built for evaluation.
 *
 * @param learns whether something learns under a name such as {@code text/encoder/0/attention}
 * @param step the number of the training step, which dropout draws from; null outside training
 * @param bfloat16 whether matrix products and convolutions take bfloat16; all else is float32
 */
public record LayerMode(Predicate<String> learns, Operand<TInt64> step, boolean bfloat16) {
  /** Everything learns. */
  public static LayerMode training(Operand<TInt64> step, boolean bfloat16) {
    return new LayerMode(scope -> true, step, bfloat16);
  }

  /** What is under some names learns. */
  public static LayerMode training(
      Predicate<String> learns, Operand<TInt64> step, boolean bfloat16) {
    return new LayerMode(learns, step, bfloat16);
  }

  public static LayerMode evaluation(boolean bfloat16) {
    return new LayerMode(scope -> false, null, bfloat16);
  }
}
