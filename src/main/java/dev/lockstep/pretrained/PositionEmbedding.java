package dev.lockstep.pretrained;

import java.util.Arrays;

/**
 * The position embeddings of an image tower for another size of image: the class token's row as it
 * is, the grid of the others by bicubic interpolation. Agrees with {@code
 * torch.nn.functional.interpolate(mode="bicubic", align_corners=False)}, which transformers uses.
 */
final class PositionEmbedding {
  /** The free parameter of Keys' kernel (1981), as PyTorch has it. */
  private static final double A = -0.75;

  private static final int TAPS = 4;

  private PositionEmbedding() {}

  /** The side of the grid whose table has so many rows; -1 if there is none. */
  static int side(long rows) {
    int side = (int) Math.round(Math.sqrt(Math.max(0, rows - 1)));
    return side > 0 && (long) side * side + 1 == rows ? side : -1;
  }

  /**
   * @param table [1 + from * from, width]
   * @return [1 + to * to, width]
   */
  static float[] resized(float[] table, int from, int to) {
    int width = table.length / (1 + from * from);
    float[] result = new float[(1 + to * to) * width];
    System.arraycopy(table, 0, result, 0, width);
    double[][] weights = weights(from, to);
    double[] sum = new double[width];
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < to; x++) {
        Arrays.fill(sum, 0);
        for (int i = 0; i < from * from; i++) {
          double weight = weights[y][i / from] * weights[x][i % from];
          for (int c = 0; weight != 0 && c < width; c++) {
            sum[c] += weight * table[(1 + i) * width + c];
          }
        }
        for (int c = 0; c < width; c++) {
          result[(1 + y * to + x) * width + c] = (float) sum[c];
        }
      }
    }
    return result;
  }

  /** How much each of the old places has in each of the new: [to][from]. */
  private static double[][] weights(int from, int to) {
    double[][] weights = new double[to][from];
    for (int i = 0; i < to; i++) {
      double place = (i + 0.5) * from / to - 0.5;
      int first = (int) Math.floor(place) - 1;
      for (int tap = 0; tap < TAPS; tap++) {
        int old = Math.min(from - 1, Math.max(0, first + tap));
        weights[i][old] += kernel(Math.abs(place - (first + tap)));
      }
    }
    return weights;
  }

  private static double kernel(double x) {
    if (x <= 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? ((A * x - 5 * A) * x + 8 * A) * x - 4 * A : 0;
  }
}
