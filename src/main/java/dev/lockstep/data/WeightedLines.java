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
  /** Lines of a loop: sums are read and written a fourth as often; of six there are no vectors. */
  static final int TOGETHER = 4;

  private static final int HALF = 1 << FilterTaps.PRECISION - 1;
  private static final int BYTE = 0xff;
  private static final int GREEN = 8;
  private static final int BLUE = 16;

  private final Channel red = new Channel();
  private final Channel green = new Channel();
  private final Channel blue = new Channel();

  /** The last lines of a colour, and the sums of some of them. */
  private static final class Channel {
    private int[][] last = {};
    private int[] halves = {};
    private int[] sums = {};

    void makeRoom(int lines, int length) {
      if (last.length < lines) {
        last = Arrays.copyOf(last, Integer.highestOneBit(2 * lines - 1));
      }
      for (int i = 0; i < last.length; i++) {
        if (last[i] == null || last[i].length < length) {
          last[i] = new int[length];
        }
      }
      if (sums.length < length) {
        sums = new int[length];
        halves = new int[length];
        Arrays.fill(halves, HALF);
      }
    }

    /** Where a line lies; its place is another's as many lines further on as there is room for. */
    int[] line(int number) {
      return last[number & last.length - 1];
    }

    void sum(int start, int count, int[] weights, int at, int length) {
      addFour(halves, start, start + count - 1, weights, at, length);
      int k = TOGETHER;
      for (; k + 2 < count; k += TOGETHER) {
        addFour(sums, start + k, start + count - 1, weights, at + k, length);
      }
      for (; k < count; k++) {
        add(line(start + k), weights[at + k], length, sums);
      }
    }

    /** What there is no line for has no weight. */
    private void addFour(int[] before, int start, int end, int[] weights, int at, int length) {
      WeightedLines.addFour(
          before,
          line(start),
          line(Math.min(start + 1, end)),
          line(Math.min(start + 2, end)),
          line(Math.min(start + 3, end)),
          weights[at],
          weights[at + 1],
          weights[at + 2],
          weights[at + 3],
          length,
          sums);
    }
  }

  /**
   * What the taps make of lines.
   *
   * @param lines [end - first][length]
   * @param first which of the pixels that the taps know the first line is
   * @param result [taps.size()][length]
   */
  void sum(int[][] lines, int first, FilterTaps taps, int length, int[][] result) {
    red.makeRoom(taps.taps(), length);
    green.makeRoom(taps.taps(), length);
    blue.makeRoom(taps.taps(), length);
    int unpacked = 0;
    for (int i = 0; i < taps.size(); i++) {
      int start = taps.starts()[i] - first;
      int count = taps.counts()[i];
      for (; unpacked < start + count; unpacked++) {
        unpack(
            lines[unpacked], length, red.line(unpacked), green.line(unpacked), blue.line(unpacked));
      }
      red.sum(start, count, taps.weights(), i * taps.taps(), length);
      green.sum(start, count, taps.weights(), i * taps.taps(), length);
      blue.sum(start, count, taps.weights(), i * taps.taps(), length);
      pack(red.sums, green.sums, blue.sums, length, result[i]);
    }
  }

  private static void addFour(
      int[] before,
      int[] line0,
      int[] line1,
      int[] line2,
      int[] line3,
      int weight0,
      int weight1,
      int weight2,
      int weight3,
      int length,
      int[] sums) {
    for (int i = 0; i < length; i++) {
      sums[i] =
          before[i]
              + weight0 * line0[i]
              + weight1 * line1[i]
              + weight2 * line2[i]
              + weight3 * line3[i];
    }
  }

  private static void add(int[] line, int weight, int length, int[] sums) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * line[i];
    }
  }

  private static void unpack(int[] pixels, int length, int[] red, int[] green, int[] blue) {
    for (int i = 0; i < length; i++) {
      int pixel = pixels[i];
      red[i] = pixel & BYTE;
      green[i] = pixel >>> GREEN & BYTE;
      blue[i] = pixel >>> BLUE;
    }
  }

  private static void pack(int[] red, int[] green, int[] blue, int length, int[] pixels) {
    for (int i = 0; i < length; i++) {
      pixels[i] = level(red[i]) | level(green[i]) << GREEN | level(blue[i]) << BLUE;
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
