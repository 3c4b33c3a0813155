package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What a stage minimizes. */
public interface Objective {
  /**
   * The loss of a batch.
   *
   * @param value a scalar
   * @param floor a scalar: the least value that any model can reach on this batch
   * @param chance a scalar: what a model reaches that tells no example from another
   */
  record Loss(Operand<TFloat32> value, Operand<TFloat32> floor, Operand<TFloat32> chance) {}

  /** What {@link Loss#chance} is called beside the loss; CLIP's is the logarithm of the batch. */
  default String chanceName() {
    return "chance";
  }

  /** Builds the loss into the graph. */
  Loss loss(Ops tf, Encoded encoded, Batch batch);
}
