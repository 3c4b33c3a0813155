package dev.lockstep.model;

import dev.lockstep.model.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A tower that has a vector for each token before it makes one of them.
 *
 * @param <I> what it reads: pixels, or tokens
 */
public interface TokenTower<I> extends Tower<I> {
  /**
   * Builds the tower up to where transformers' models give their {@code last_hidden_state}.
   *
   * @return [batch, tokens, featureSize]
   */
  Operand<TFloat32> hiddenStates(Layers layers, I input);
}
