package dev.lockstep.objective;

import dev.lockstep.input.BatchLayout;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.layer.Layers;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What a stage minimizes. One that compares images with captions is a {@link PairObjective}. */
public interface Objective {
  /**
   * The loss of a batch.
   *
   * @param value a scalar
   * @param floor a scalar: the least value that any model can reach on this batch
   * @param chance a scalar: what a model reaches that tells no example from another
   */
  record Loss(Operand<TFloat32> value, Operand<TFloat32> floor, Operand<TFloat32> chance) {}

  /**
   * Builds the loss into the graph.
   *
   * @throws dev.lockstep.error.InvalidInputException if the stage does not suit the objective
   */
  Loss loss(Forward forward);

  /**
   * Which parts of a batch it takes.
   *
   * @param pairs the layout of images with their captions
   */
  default BatchLayout inputs(BatchLayout pairs) {
    return pairs;
  }

  /** What {@link Loss#chance} is called beside the loss; CLIP's is the logarithm of the batch. */
  default String chanceName() {
    return "chance";
  }

  /**
   * Makes the variables of its own, if it has any. They are made with the model's, for all stages
   * share them; {@link #loss} finds them by their names.
   *
   * @param layers from the first part of the variables' names, which says whose side they are on
   */
  default void makeVariables(DualEncoder model, Function<String, Layers> layers) {}

  /** The factor on the similarities that is shown beside the loss: a scalar. */
  default Operand<TFloat32> scale(Forward forward) {
    return forward.model().logitScale();
  }
}
