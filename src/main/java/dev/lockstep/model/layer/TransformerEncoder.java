package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A stack of transformer blocks, which ViT, BERT and CLIP's text tower share. ViT and CLIP
 * normalize before attention and MLP (Dosovitskiy et al. 2021, figure 1), BERT after each residual
 * sum (Devlin et al. 2019).
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
   * @param dropPath how often the last block's branches are left out for an example; the first
   *     block's never, those between in proportion to their depth (Huang et al. 2016)
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
      double attentionDropout,
      double dropPath) {

    double dropPath(int layer) {
      return layers == 1 ? 0 : dropPath * layer / (layers - 1);
    }
  }

  /**
   * The shapes of one call.
   *
   * @param tokens [batch, tokens, hidden]
   * @param split [batch, tokens, 3, heads, hidden / heads]
   */
  private record Shapes(Operand<TInt32> tokens, Operand<TInt32> split) {}

  /** Which tokens a block gives on; it looks at all of them in either case. */
  private enum Asking {
    ALL,
    /** Each example's first. */
    FIRST
  }

  private final Options options;
  private final Attention attention;

  public TransformerEncoder(Options options) {
    this.options = options;
    this.attention =
        new Attention(options.hiddenSize(), options.heads(), options.attentionDropout());
  }

  /**
   * @param x [batch, tokens, hidden]
   * @param mask see {@link AttentionMask}; null where every token attends to all
   * @return [batch, tokens, hidden]
   */
  public Operand<TFloat32> encode(Layers layers, Operand<TFloat32> x, Operand<TFloat32> mask) {
    Ops tf = layers.tf();
    return tf.reshape(blocks(layers, x, mask, Asking.ALL), tf.shape(x));
  }

  /**
   * The first token of what {@link #encode} gives. No other token needs the last block but as keys
   * and values, so that most of its work is left out.
   *
   * @param x [batch, tokens, hidden]
   * @param mask the same for all of an example's tokens; null where every token attends to all
   * @return [batch, hidden]
   */
  public Operand<TFloat32> encodeFirst(Layers layers, Operand<TFloat32> x, Operand<TFloat32> mask) {
    return blocks(layers, x, mask, Asking.FIRST);
  }

  /** [rows, hidden]: all tokens, or each example's first. */
  private Operand<TFloat32> blocks(
      Layers layers, Operand<TFloat32> x, Operand<TFloat32> mask, Asking ofLastBlock) {
    Ops tf = layers.tf();
    Shapes shapes = shapes(tf, x);
    // Rows of tokens: all but attention works on each token by itself.
    Operand<TFloat32> rows = rows(tf, x);
    for (int i = 0; i < options.layers(); i++) {
      Asking asking = i == options.layers() - 1 ? ofLastBlock : Asking.ALL;
      rows = block(layers.in(i), rows, shapes, mask, options.dropPath(i), asking);
    }
    return rows;
  }

  /** [batch * tokens, hidden]. */
  private Operand<TFloat32> rows(Ops tf, Operand<TFloat32> x) {
    return tf.reshape(x, tf.constant(new int[] {-1, options.hiddenSize()}));
  }

  /** The shape of what a block gives on, [batch, tokens, hidden]. */
  private Operand<TInt32> given(Ops tf, Shapes shapes, Asking asking) {
    return asking == Asking.ALL
        ? shapes.tokens()
        : tf.constant(new int[] {-1, 1, options.hiddenSize()});
  }

  private Shapes shapes(Ops tf, Operand<TFloat32> x) {
    Operand<TInt32> tokens = tf.shape(x);
    Operand<TInt32> batchAndCount =
        tf.slice(tokens, tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    int[] heads = {3, options.heads(), options.hiddenSize() / options.heads()};
    return new Shapes(
        tokens, tf.concat(List.of(batchAndCount, tf.constant(heads)), tf.constant(0)));
  }

  private Operand<TFloat32> block(
      Layers layers,
      Operand<TFloat32> x,
      Shapes shapes,
      Operand<TFloat32> mask,
      double dropPath,
      Asking asking) {
    Ops tf = layers.tf();
    boolean before = options.norm() == Norm.BEFORE;
    Operand<TFloat32> attended =
        attention.attend(
            layers.in("attention"),
            before ? normForProduct(layers, "attention-norm", x) : x,
            shapes.split(),
            mask,
            asking == Asking.FIRST);
    Operand<TInt32> given = given(tf, shapes, asking);
    x = asking == Asking.FIRST ? first(tf, x, shapes) : x;
    x = tf.math.add(x, branch(layers.in("attention"), attended, given, dropPath));
    if (before) {
      Operand<TFloat32> changed = mlp(layers, normForProduct(layers, "mlp-norm", x));
      return tf.math.add(x, branch(layers.in("mlp"), changed, given, dropPath));
    }
    x = norm(layers, "attention-norm", x);
    x = tf.math.add(x, branch(layers.in("mlp"), mlp(layers, x), given, dropPath));
    return norm(layers, "mlp-norm", x);
  }

  /** Each example's first row of [batch * tokens, hidden]. */
  private Operand<TFloat32> first(Ops tf, Operand<TFloat32> x, Shapes shapes) {
    return rows(
        tf,
        tf.slice(
            tf.reshape(x, shapes.tokens()),
            tf.constant(new int[] {0, 0, 0}),
            tf.constant(new int[] {-1, 1, -1})));
  }

  /**
   * What a block adds to its input, with some of it left out.
   *
   * @param added [rows, hidden]
   * @param shape the same as [batch, tokens, hidden]
   */
  private Operand<TFloat32> branch(
      Layers layers, Operand<TFloat32> added, Operand<TInt32> shape, double dropPath) {
    Operand<TFloat32> dropped = layers.dropout("dropout", added, options.dropout());
    if (dropPath == 0) {
      return dropped;
    }
    Ops tf = layers.tf();
    return rows(tf, layers.dropPath("drop-path", tf.reshape(dropped, shape), dropPath));
  }

  private Operand<TFloat32> mlp(Layers layers, Operand<? extends TNumber> x) {
    Layers inner = layers.in("mlp");
    int hidden = options.hiddenSize();
    int wide = options.intermediateSize();
    return inner.dense(
        "down", inner.activatedDense(options.activation(), "up", x, hidden, wide), wide, hidden);
  }

  private Operand<TFloat32> norm(Layers layers, String name, Operand<TFloat32> x) {
    return layers.layerNorm(name, x, options.hiddenSize(), options.epsilon());
  }

  private Operand<? extends TNumber> normForProduct(
      Layers layers, String name, Operand<TFloat32> x) {
    return layers.layerNormForProduct(name, x, options.hiddenSize(), options.epsilon());
  }
}
