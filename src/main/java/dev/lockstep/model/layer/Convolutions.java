package dev.lockstep.model.layer;

import dev.lockstep.tensorflow.Variable.Role;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.VarianceScaling;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.AvgPool;
import org.tensorflow.op.nn.MaxPool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * The verbs of towers of convolutions. Grids are [batch, height, width, channels], in float32 or
 * bfloat16; border and stride count as in PyTorch.
 */
public final class Convolutions {
  private static final int SAFE_CHANNELS = 16;

  private final Ops tf;
  private final Layers layers;

  public Convolutions(Layers layers) {
    this.tf = layers.tf();
    this.layers = layers;
  }

  /** The same, with names one level deeper. */
  public Convolutions in(Object name) {
    return new Convolutions(layers.in(name));
  }

  /**
   * A square convolution without bias.
   *
   * @param x [batch, height, width, in]
   * @param border zeros on each side, half the size
   * @return [batch, height', width', out]
   */
  public <T extends TNumber> Operand<T> convolve(
      String name, Operand<T> x, long in, long out, long size, long stride, long border) {
    Operand<TFloat32> kernel = kernel(name, in, out, size);
    return isNarrow(in) || isNarrow(out)
        ? narrow(x, kernel, stride, border)
        : convolved(x, kernel, stride, border);
  }

  /**
   * oneDNN's gradient of a convolution writes past the end of its memory where it has 8 to 15
   * channels and the grid is large.
   */
  private static boolean isNarrow(long channels) {
    return channels >= 8 && channels < SAFE_CHANNELS;
  }

  /** With channels of zeros, which are cut off again. */
  private <T extends TNumber> Operand<T> narrow(
      Operand<T> x, Operand<TFloat32> kernel, long stride, long border) {
    int in = (int) kernel.shape().get(2);
    int out = (int) kernel.shape().get(3);
    int moreIn = isNarrow(in) ? SAFE_CHANNELS - in : 0;
    int moreOut = isNarrow(out) ? SAFE_CHANNELS - out : 0;
    Operand<T> wide =
        convolved(
            padded(x, new int[][] {{0, 0}, {0, 0}, {0, 0}, {0, moreIn}}),
            padded(kernel, new int[][] {{0, 0}, {0, 0}, {0, moreIn}, {0, moreOut}}),
            stride,
            border);
    return tf.slice(wide, tf.constant(new int[4]), tf.constant(new int[] {-1, -1, -1, out}));
  }

  private <T extends TNumber> Operand<T> convolved(
      Operand<T> x, Operand<TFloat32> kernel, long stride, long border) {
    // TensorFlow pads unevenly where the stride is 2, and its gradient loses explicit paddings.
    boolean even = border == 0 || stride == 1;
    return tf.nn.conv2d(
        even ? x : bordered(x, (int) border),
        layers.cast(kernel, x.type()),
        List.of(1L, stride, stride, 1L),
        even && border > 0 ? "SAME" : "VALID");
  }

  /**
   * A convolution of squares that lie side by side: each is a row of one matrix product, whose
   * gradient takes less time than that of a convolution.
   *
   * @param x [batch, side * size, side * size, in]
   * @return [batch, side * side, out], row by row
   */
  public Operand<TFloat32> patches(
      String name, Operand<TFloat32> x, int in, int out, int size, int side) {
    Operand<TFloat32> squares =
        tf.linalg.transpose(
            tf.reshape(x, tf.constant(new int[] {-1, side, size, side, size, in})),
            tf.constant(new int[] {0, 1, 3, 2, 4, 5}));
    Operand<TFloat32> rows =
        layers.matMul(
            tf.reshape(squares, tf.constant(new int[] {-1, size * size * in})),
            tf.reshape(kernel(name, in, out, size), tf.constant(new int[] {-1, out})));
    return tf.reshape(rows, tf.constant(new int[] {-1, side * side, out}));
  }

  private Operand<TFloat32> kernel(String name, long in, long out, long size) {
    return layers
        .variable(
            name + "/kernel",
            Shape.of(size, size, in, out),
            Role.WEIGHT,
            new VarianceScaling<>(
                2.0,
                VarianceScaling.Mode.FAN_OUT,
                VarianceScaling.Distribution.TRUNCATED_NORMAL,
                layers.seed(name)))
        .value();
  }

  /** Convolution with the border that keeps the grid, batch norm, ReLU. */
  public <T extends TNumber> Operand<T> convolveNormRelu(
      String name, Operand<T> x, long in, long out, long size, long stride) {
    return tf.nn.relu(convolveNorm(name, x, in, out, size, stride));
  }

  /** Convolution with the border that keeps the grid, batch norm. */
  public <T extends TNumber> Operand<T> convolveNorm(
      String name, Operand<T> x, long in, long out, long size, long stride) {
    return BatchNorm.apply(
        layers, name + "/norm", convolve(name, x, in, out, size, stride, size / 2), out);
  }

  /** The mean over squares side by side; what is left over at the end is not used. */
  public <T extends TNumber> Operand<T> averagePool(Operand<T> x, long size) {
    List<Long> square = List.of(1L, size, size, 1L);
    return tf.nn.avgPool(x, square, square, "VALID", new AvgPool.Options[0]);
  }

  /**
   * The maximum over squares of 3 around every other cell.
   *
   * @param x not negative, as after ReLU: the border is zeros
   */
  public <T extends TNumber> Operand<T> maxPoolOfRelu(Operand<T> x) {
    return tf.nn.maxPool(
        bordered(x, 1),
        tf.constant(new int[] {1, 3, 3, 1}),
        tf.constant(new int[] {1, 2, 2, 1}),
        "VALID",
        new MaxPool.Options[0]);
  }

  /** The end of a residual block. */
  public <T extends TNumber> Operand<T> sumRelu(Operand<T> branch, Operand<T> shortcut) {
    return tf.nn.relu(tf.math.add(branch, shortcut));
  }

  private <T extends TNumber> Operand<T> bordered(Operand<T> x, int border) {
    int[] sides = {border, border};
    int[] none = {0, 0};
    return padded(x, new int[][] {none, sides, sides, none});
  }

  /** With zeros before and after each dimension. */
  private <T extends TNumber> Operand<T> padded(Operand<T> x, int[][] zeros) {
    return tf.pad(x, tf.constant(zeros), tf.dtypes.cast(tf.constant(0f), x.type()));
  }
}
