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
   */
  record Loss(Operand<TFloat32> value, Operand<TFloat32> floor) {}

  /** Builds the loss into the graph. */
  Loss loss(Ops tf, Encoded encoded, Batch batch);
}
