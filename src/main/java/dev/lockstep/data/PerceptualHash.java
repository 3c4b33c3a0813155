package dev.lockstep.data;

import java.util.Arrays;

/**
 * 64 bits that are nearly the same for images that look the same: the signs, against their median,
 * of the lowest 8 x 8 frequencies of the image in 32 x 32 greys (Zauner 2010, "DCT based hash"). A
 * copy at another size or JPEG quality differs in a few bits, another picture in about 32.
 */
final class PerceptualHash {
  /** Side of the image that the hash is made of. */
  static final int SIDE = 32;

  private static final int FREQUENCIES = 8;
  private static final double[][] COSINES = cosines();

  private PerceptualHash() {}

  /**
   * @param grey [32, 32] in row-major order
   */
  static long of(float[] grey) {
    double[][] rows = new double[SIDE][FREQUENCIES];
    for (int y = 0; y < SIDE; y++) {
      for (int u = 0; u < FREQUENCIES; u++) {
        for (int x = 0; x < SIDE; x++) {
          rows[y][u] += grey[y * SIDE + x] * COSINES[u][x];
        }
      }
    }
    double[] spectrum = new double[FREQUENCIES * FREQUENCIES];
    for (int v = 0; v < FREQUENCIES; v++) {
      for (int u = 0; u < FREQUENCIES; u++) {
        for (int y = 0; y < SIDE; y++) {
          spectrum[v * FREQUENCIES + u] += rows[y][u] * COSINES[v][y];
        }
      }
    }
    // The mean brightness says nothing of what is seen, and would outweigh all.
    double[] sorted = Arrays.copyOfRange(spectrum, 1, spectrum.length);
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    long hash = 0;
    for (int i = 1; i < spectrum.length; i++) {
      hash |= spectrum[i] > median ? 1L << i : 0;
    }
    return hash;
  }

  private static double[][] cosines() {
    double[][] cosines = new double[FREQUENCIES][SIDE];
    for (int u = 0; u < FREQUENCIES; u++) {
      for (int x = 0; x < SIDE; x++) {
        cosines[u][x] = Math.cos(Math.PI * u * (x + 0.5) / SIDE);
      }
    }
    return cosines;
  }
}
