package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;

/** The keys that all transformer towers have. */
final class EncoderOptions {
  /** Most published models have heads of this width. */
  private static final int HEAD_WIDTH = 64;

  private EncoderOptions() {}

  static TransformerEncoder.Options from(
      Block block, Norm norm, Activation activation, double epsilon, double dropout) {
    int hiddenSize = block.integer("hidden", 1, 1 << 14);
    int heads = block.integer("heads", 1, 1024, Math.max(1, hiddenSize / HEAD_WIDTH));
    block.check(hiddenSize % heads == 0, "heads", "a divisor of hidden (" + hiddenSize + ")");
    return new TransformerEncoder.Options(
        block.integer("layers", 1, 1024),
        hiddenSize,
        heads,
        block.integer("intermediate", 1, 1 << 16, 4 * hiddenSize),
        block.choice("activation", Activation.class, activation),
        norm,
        block.number("epsilon", 0, 1, epsilon),
        block.number("dropout", 0, 0.99, dropout),
        block.number("attention-dropout", 0, 0.99, dropout),
        block.number("drop-path", 0, 0.99, 0));
  }
}
