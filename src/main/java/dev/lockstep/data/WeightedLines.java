package dev.lockstep.data;

import java.util.Arrays;

/**
 * Weighted sums of whole lines of pixels, which is where resizing spends its time. Pixels lie
 * packed in ints: red in the lowest byte, then green, then blue.
 *
 * <p>The loops have the one form that the compiler makes vector instructions of (OpenJDK 17, C2):
 * one array for each line, indexed by nothing but the counter, one sum at a time, and no branch,
 * not even {@link Math#min}. That is eight times as fast as any other.
 */
final class WeightedLines {
  private static final int HALF = 1 << FilterTaps.PRECISION - 1;
  private static final int BYTE = 0xff;
  private static final int GREEN = 8;
  private static final int BLUE = 16;

  private int[] red = {};
  private int[] green = {};
  private int[] blue = {};

  /**
   * What the taps make of lines.
   *
   * @param lines [end - first][length]
   * @param first which of the pixels that the taps know the first line is
   * @param result [taps.size()][length]
   */
  void sum(int[][] lines, int first, FilterTaps taps, int length, int[][] result) {
    if (red.length < length) {
      red = new int[length];
      green = new int[length];
      blue = new int[length];
    }
    for (int i = 0; i < taps.size(); i++) {
      int start = taps.starts()[i] - first;
      int weight = i * taps.taps();
      sum(lines, start, taps.counts()[i], taps.weights(), weight, 0, length, red);
      sum(lines, start, taps.counts()[i], taps.weights(), weight, GREEN, length, green);
      sum(lines, start, taps.counts()[i], taps.weights(), weight, BLUE, length, blue);
      pack(red, green, blue, result[i], length);
    }
  }

  private static void sum(
      int[][] lines,
      int start,
      int count,
      int[] weights,
      int weight,
      int shift,
      int length,
      int[] sums) {
    Arrays.fill(sums, 0, length, HALF);
    int k = 0;
    for (; k + 4 <= count; k += 4) {
      int line = start + k;
      int at = weight + k;
      add(
          lines[line],
          lines[line + 1],
          lines[line + 2],
          lines[line + 3],
          weights[at],
          weights[at + 1],
          weights[at + 2],
          weights[at + 3],
          shift,
          length,
          sums);
    }
    for (; k < count; k++) {
      add(lines[start + k], weights[weight + k], shift, length, sums);
    }
  }

  /** Four lines at once, so that the sums are read and written a fourth as often. */
  private static void add(
      int[] line1,
      int[] line2,
      int[] line3,
      int[] line4,
      int weight1,
      int weight2,
      int weight3,
      int weight4,
      int shift,
      int length,
      int[] sums) {
    for (int i = 0; i < length; i++) {
      sums[i] +=
          weight1 * (line1[i] >>> shift & BYTE)
              + weight2 * (line2[i] >>> shift & BYTE)
              + weight3 * (line3[i] >>> shift & BYTE)
              + weight4 * (line4[i] >>> shift & BYTE);
    }
  }

  private static void add(int[] line, int weight, int shift, int length, int[] sums) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * (line[i] >>> shift & BYTE);
    }
  }

  private static void pack(int[] red, int[] green, int[] blue, int[] result, int length) {
    for (int i = 0; i < length; i++) {
      result[i] = level(red[i]) | level(green[i]) << GREEN | level(blue[i]) << BLUE;
    }
  }

  /**
   * From 0 to 255, without a branch: what is negative loses all bits, what is too much gets all.
   */
  private static int level(int sum) {
    int value = sum >> FilterTaps.PRECISION;
    int atLeastNone = value & ~(value >> 31);
    return (atLeastNone | BYTE - atLeastNone >> 31) & BYTE;
  }
}
