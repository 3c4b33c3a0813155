package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A stack of transformer blocks, which ViT and BERT share. ViT normalizes before attention and MLP
 * (Dosovitskiy et al. 2021, figure 1), BERT after each residual sum (Devlin et al. 2019).
 */
public final class TransformerEncoder {
  /** Where the layer norms stand. */
  public enum Norm {
    BEFORE,
    AFTER
  }

  /**
   * @param intermediateSize the width inside the MLP
   * @param epsilon of the layer norms
   * @param dropout after attention's and the MLP's output
   * @param attentionDropout of the attention weights
   */
  public record Options(
      int layers,
      int hiddenSize,
      int heads,
      int intermediateSize,
      Activation activation,
      Norm norm,
      double epsilon,
      double dropout,
      double attentionDropout) {}

  private final Options options;
  private final Attention attention;

  public TransformerEncoder(Options options) {
    this.options = options;
    this.attention =
        new Attention(options.hiddenSize(), options.heads(), options.attentionDropout());
  }

  /**
   * @param x [batch, tokens, hidden]
   * @param attentionMask [batch, tokens], 1 for a token and 0 for padding; null where there is none
   * @return [batch, tokens, hidden]
   */
  public Operand<TFloat32> encode(
      Layers layers, Operand<TFloat32> x, Operand<TInt32> attentionMask) {
    Ops tf = layers.tf();
    Operand<TInt32> shape = tf.shape(x);
    Operand<TInt32> batchAndTokens =
        tf.slice(shape, tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    int headSize = options.hiddenSize() / options.heads();
    Operand<TInt32> split =
        tf.concat(
            List.of(batchAndTokens, tf.constant(new int[] {3, options.heads(), headSize})),
            tf.constant(0));
    Operand<TFloat32> mask = attentionMask == null ? null : additive(tf, attentionMask);

    // Rows of tokens: all but attention works on each token by itself.
    Operand<TFloat32> rows = tf.reshape(x, tf.constant(new int[] {-1, options.hiddenSize()}));
    for (int i = 0; i < options.layers(); i++) {
      rows = block(layers.in(i), rows, split, mask);
    }
    return tf.reshape(rows, shape);
  }

  private Operand<TFloat32> block(
      Layers layers, Operand<TFloat32> x, Operand<TInt32> split, Operand<TFloat32> mask) {
    Ops tf = layers.tf();
    if (options.norm() == Norm.BEFORE) {
      x = tf.math.add(x, attend(layers, norm(layers, "attention-norm", x), split, mask));
      return tf.math.add(x, mlp(layers, norm(layers, "mlp-norm", x)));
    }
    x = norm(layers, "attention-norm", tf.math.add(x, attend(layers, x, split, mask)));
    return norm(layers, "mlp-norm", tf.math.add(x, mlp(layers, x)));
  }

  private Operand<TFloat32> attend(
      Layers layers, Operand<TFloat32> x, Operand<TInt32> split, Operand<TFloat32> mask) {
    Layers inner = layers.in("attention");
    return inner.dropout("dropout", attention.attend(inner, x, split, mask), options.dropout());
  }

  private Operand<TFloat32> mlp(Layers layers, Operand<TFloat32> x) {
    Layers inner = layers.in("mlp");
    int hidden = options.hiddenSize();
    Operand<TFloat32> wide =
        inner.activate(
            options.activation(), inner.dense("up", x, hidden, options.intermediateSize()));
    return inner.dropout(
        "dropout",
        inner.dense("down", wide, options.intermediateSize(), hidden),
        options.dropout());
  }

  private Operand<TFloat32> norm(Layers layers, String name, Operand<TFloat32> x) {
    return layers.layerNorm(name, x, options.hiddenSize(), options.epsilon());
  }

  /** [batch, 1, 1, tokens]: 0 for a token; for padding so low that softmax gives it 0. */
  private static Operand<TFloat32> additive(Ops tf, Operand<TInt32> attentionMask) {
    Operand<TFloat32> hidden =
        tf.dtypes.cast(tf.math.sub(tf.constant(1), attentionMask), TFloat32.class);
    Operand<TFloat32> row = tf.math.mul(hidden, tf.constant(-1e9f));
    return tf.expandDims(tf.expandDims(row, tf.constant(1)), tf.constant(1));
  }
}
