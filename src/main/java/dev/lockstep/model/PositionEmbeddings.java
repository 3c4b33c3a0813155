package dev.lockstep.model;

/**
 * The position embeddings of an image tower, brought from the grid of one input size to that of
 * another. Agrees with PyTorch's {@code interpolate(mode="bicubic", align_corners=False)}, by which
 * transformers does it.
 */
public final class PositionEmbeddings {
  /** The a of the cubic kernel (Keys 1981) that PyTorch takes. */
  private static final double A = -0.75;

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
    int cells = table.length / hiddenSize - 1;
    int from = (int) Math.round(Math.sqrt(cells));
    if (cells < 1 || from * from != cells || table.length % hiddenSize != 0) {
      throw new IllegalArgumentException(
          table.length + " values are not 1 + n * n rows of " + hiddenSize);
    }
    float[] result = new float[(1 + side * side) * hiddenSize];
    System.arraycopy(table, 0, result, 0, hiddenSize);
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int begin = (1 + row * side + column) * hiddenSize;
        for (int i = 0; i < hiddenSize; i++) {
          result[begin + i] =
              (float)
                  sample(
                      table,
                      hiddenSize,
                      from,
                      i,
                      place(row, from, side),
                      place(column, from, side));
        }
      }
    }
    return result;
  }

  /** Where the middle of a new cell lies among the middles of the old ones. */
  private static double place(int cell, int from, int to) {
    return (cell + 0.5) * from / to - 0.5;
  }

  private static double sample(
      float[] table, int hiddenSize, int side, int channel, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    double sum = 0;
    for (int i = -1; i <= 2; i++) {
      int row = Math.max(0, Math.min(top + i, side - 1));
      for (int j = -1; j <= 2; j++) {
        int column = Math.max(0, Math.min(left + j, side - 1));
        sum +=
            kernel(y - top - i)
                * kernel(x - left - j)
                * table[(1 + row * side + column) * hiddenSize + channel];
      }
    }
    return sum;
  }

  private static double kernel(double distance) {
    double d = Math.abs(distance);
    if (d <= 1) {
      return ((A + 2) * d - (A + 3)) * d * d + 1;
    }
    return d < 2 ? ((A * d - 5 * A) * d + 8 * A) * d - 4 * A : 0;
  }
}
