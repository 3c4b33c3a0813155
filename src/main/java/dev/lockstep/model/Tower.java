package dev.lockstep.model;

import dev.lockstep.model.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * One side of a CLIP, from its input to one vector of features for each example.
 *
 * @param <I> what it reads: pixels, or tokens
 */
public interface Tower<I> {
  /** The width of the features. */
  int featureSize();

  /**
   * Builds the tower into the graph of {@code layers}.
   *
   * @return [batch, featureSize]
   */
  Operand<TFloat32> features(Layers layers, I input);

  /** Whether the projection of the features into the common space has a bias. */
  default boolean projectionHasBias() {
    return false;
  }
}
