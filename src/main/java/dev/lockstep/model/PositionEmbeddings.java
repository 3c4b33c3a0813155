package dev.lockstep.model;

/**
 * The position embeddings of an image tower, brought from the grid of one input size to that of
 * another. Agrees with PyTorch's {@code interpolate(mode="bicubic", align_corners=False)}, by which
 * transformers does it.
 */
public final class PositionEmbeddings {
  /** The a of the cubic kernel (Keys 1981) that PyTorch takes. */
  private static final double A = -0.75;

  /** Cells that the kernel reaches, along one axis. */
  private static final int TAPS = 4;

  private PositionEmbeddings() {}

  /**
   * The class token's (or, in CLIP's ResNet, the mean's) position is kept, those of the cells are
   * interpolated.
   *
   * @param table [1 + cells, hidden], the cells row by row
   * @param side cells on a side of the new grid
   * @return [1 + side * side, hidden]
   * @throws IllegalArgumentException if the cells are not those of a square
   */
  public static float[] interpolated(float[] table, int hiddenSize, int side) {
    int from = side(table, hiddenSize);
    float[] result = new float[(1 + side * side) * hiddenSize];
    System.arraycopy(table, 0, result, 0, hiddenSize);
    for (int row = 0; row < side; row++) {
      Taps down = Taps.of(row, from, side);
      for (int column = 0; column < side; column++) {
        Taps across = Taps.of(column, from, side);
        int begin = (1 + row * side + column) * hiddenSize;
        for (int i = 0; i < hiddenSize; i++) {
          result[begin + i] = (float) sample(table, hiddenSize, from, i, down, across);
        }
      }
    }
    return result;
  }

  /**
   * The gradient of a table, from that of what {@link #interpolated} makes of it.
   *
   * @param gradient [1 + cells, hidden], of the new grid
   * @param side cells on a side of the table's own grid
   * @return [1 + side * side, hidden]
   * @throws IllegalArgumentException if the cells are not those of a square
   */
  public static float[] gradient(float[] gradient, int hiddenSize, int side) {
    int to = side(gradient, hiddenSize);
    double[] sums = new double[(1 + side * side) * hiddenSize];
    for (int i = 0; i < hiddenSize; i++) {
      sums[i] = gradient[i];
    }
    for (int row = 0; row < to; row++) {
      Taps down = Taps.of(row, side, to);
      for (int column = 0; column < to; column++) {
        Taps across = Taps.of(column, side, to);
        int begin = (1 + row * to + column) * hiddenSize;
        for (int y = 0; y < TAPS; y++) {
          for (int x = 0; x < TAPS; x++) {
            int cell = (1 + down.cells[y] * side + across.cells[x]) * hiddenSize;
            double weight = down.weights[y] * across.weights[x];
            for (int i = 0; i < hiddenSize; i++) {
              sums[cell + i] += weight * gradient[begin + i];
            }
          }
        }
      }
    }
    float[] result = new float[sums.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) sums[i];
    }
    return result;
  }

  /** Cells on a side of a table's grid. */
  private static int side(float[] table, int hiddenSize) {
    int cells = table.length / hiddenSize - 1;
    int side = (int) Math.round(Math.sqrt(cells));
    if (cells < 1 || side * side != cells || table.length % hiddenSize != 0) {
      throw new IllegalArgumentException(
          table.length + " values are not 1 + n * n rows of " + hiddenSize);
    }
    return side;
  }

  private static double sample(
      float[] table, int hiddenSize, int side, int channel, Taps down, Taps across) {
    double sum = 0;
    for (int y = 0; y < TAPS; y++) {
      for (int x = 0; x < TAPS; x++) {
        int cell = 1 + down.cells[y] * side + across.cells[x];
        sum += down.weights[y] * across.weights[x] * table[cell * hiddenSize + channel];
      }
    }
    return sum;
  }

  /** The old cells along one axis that a new cell is made of, and how much of each. */
  private record Taps(int[] cells, double[] weights) {
    static Taps of(int cell, int from, int to) {
      // Where the middle of the new cell lies among the middles of the old ones.
      double place = (cell + 0.5) * from / to - 0.5;
      int first = (int) Math.floor(place) - 1;
      int[] cells = new int[TAPS];
      double[] weights = new double[TAPS];
      for (int i = 0; i < TAPS; i++) {
        cells[i] = Math.max(0, Math.min(first + i, from - 1));
        weights[i] = kernel(place - first - i);
      }
      return new Taps(cells, weights);
    }
  }

  private static double kernel(double distance) {
    double d = Math.abs(distance);
    if (d <= 1) {
      return ((A + 2) * d - (A + 3)) * d * d + 1;
    }
    return d < 2 ? ((A * d - 5 * A) * d + 8 * A) * d - 4 * A : 0;
  }
}
