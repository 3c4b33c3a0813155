package dev.lockstep.model.layer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * How CLIP's ResNet makes one vector of a grid (Radford et al. 2021, section 2.4): the mean of the
 * cells attends to itself and all cells. Agrees with {@code AttentionPool2d} of OpenAI's CLIP but
 * for its last projection, which is the model's own.
 */
public final class AttentionPooling {
  private final int side;
  private final int width;
  private final int heads;

  /**
   * @param side cells on a side of the grid
   * @param width channels of a cell, a multiple of {@code heads}
   */
  public AttentionPooling(int side, int width, int heads) {
    this.side = side;
    this.width = width;
    this.heads = heads;
  }

  /**
   * @param grid [batch, side, side, width]
   * @return [batch, width]
   */
  public Operand<TFloat32> pool(Layers layers, Operand<TFloat32> grid) {
    Ops tf = layers.tf();
    Operand<TFloat32> cells = tf.reshape(grid, tf.constant(new int[] {-1, side * side, width}));
    Operand<TFloat32> mean = tf.math.mean(cells, tf.constant(1), Mean.keepDims(true));
    Operand<TFloat32> tokens = // [batch, 1 + cells, width]
        tf.math.add(
            tf.concat(List.of(mean, cells), tf.constant(1)),
            layers.undecayed("position-embedding", Shape.of(side * side + 1L, width)));
    Operand<TFloat32> first =
        tf.slice(tokens, tf.constant(new int[] {0, 0, 0}), tf.constant(new int[] {-1, 1, -1}));
    Operand<? extends TNumber> mixed =
        layers.bfloat16()
            ? mixed(layers, first, tokens, TBfloat16.class)
            : mixed(layers, first, tokens, TFloat32.class);
    return layers.cast(tf.reshape(mixed, tf.constant(new int[] {-1, width})), TFloat32.class);
  }

  private <T extends TNumber> Operand<T> mixed(
      Layers layers, Operand<TFloat32> first, Operand<TFloat32> tokens, Class<T> type) {
    int count = side * side + 1;
    return Attention.mix(
        layers,
        layers.cast(projected(layers, "query", first, 1), type),
        layers.cast(projected(layers, "key", tokens, count), type),
        layers.cast(projected(layers, "value", tokens, count), type),
        width / heads,
        null,
        0);
  }

  /** [batch, heads, count, width / heads]. */
  private Operand<TFloat32> projected(
      Layers layers, String name, Operand<TFloat32> tokens, int count) {
    Ops tf = layers.tf();
    Operand<TFloat32> rows = tf.reshape(tokens, tf.constant(new int[] {-1, width}));
    return tf.linalg.transpose(
        tf.reshape(
            layers.dense(name, rows, width, width),
            tf.constant(new int[] {-1, count, heads, width / heads})),
        tf.constant(new int[] {0, 2, 1, 3}));
  }
}
