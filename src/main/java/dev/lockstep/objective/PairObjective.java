package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import org.tensorflow.op.Ops;

/** An objective that sees what both towers make of a batch, and nothing else. */
public interface PairObjective extends Objective {
  /** Builds the loss into the graph. */
  Loss loss(Ops tf, Encoded encoded, Batch batch);

  @Override
  default Loss loss(Forward forward) {
    return loss(forward.tf(), forward.encoded(), forward.batch());
  }
}
