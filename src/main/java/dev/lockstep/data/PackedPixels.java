package dev.lockstep.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pixels between bytes, [height, width, 3], and lines of ints that hold a pixel each: red in the
 * lowest byte, then green, then blue. A pixel's three bytes are read as one int, and lines are
 * turned eight at a time, so that what is written lies together.
 */
final class PackedPixels {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int CHANNELS = 3;
  private static final int COLOURS = 0xffffff;
  private static final int AT_ONCE = 8;

  private PackedPixels() {}

  /**
   * Rows of an image, each as a line.
   *
   * @param width of the image
   * @param lines [rows][columns] at least
   */
  static void rows(
      byte[] pixels, int width, int row, int rows, int column, int columns, int[][] lines) {
    for (int y = 0; y < rows; y++) {
      int from = ((row + y) * width + column) * CHANNELS;
      int[] line = lines[y];
      for (int x = 0; x < columns - 1; x++) {
        line[x] = (int) INT.get(pixels, from + CHANNELS * x) & COLOURS;
      }
      line[columns - 1] = pixel(pixels, from + CHANNELS * (columns - 1));
    }
  }

  /**
   * The same part, with each column as a line.
   *
   * @param lines [columns][rows] at least
   */
  static void columns(
      byte[] pixels, int width, int row, int rows, int column, int columns, int[][] lines) {
    int stride = width * CHANNELS;
    int from = row * stride + column * CHANNELS;
    int y = 0;
    for (; y + AT_ONCE <= rows; y += AT_ONCE) {
      eightRows(pixels, from + y * stride, stride, columns - 1, lines, y);
    }
    for (; y < rows; y++) {
      for (int x = 0; x < columns - 1; x++) {
        lines[x][y] = pixel(pixels, from + y * stride + CHANNELS * x);
      }
    }
    // The last pixel of all has no fourth byte after it.
    for (y = 0; y < rows; y++) {
      lines[columns - 1][y] = pixel(pixels, from + y * stride + CHANNELS * (columns - 1));
    }
  }

  private static void eightRows(
      byte[] pixels, int row0, int stride, int columns, int[][] lines, int y) {
    int row1 = row0 + stride;
    int row2 = row1 + stride;
    int row3 = row2 + stride;
    int row4 = row3 + stride;
    int row5 = row4 + stride;
    int row6 = row5 + stride;
    int row7 = row6 + stride;
    for (int x = 0; x < columns; x++) {
      int[] line = lines[x];
      line[y] = (int) INT.get(pixels, row0 + CHANNELS * x) & COLOURS;
      line[y + 1] = (int) INT.get(pixels, row1 + CHANNELS * x) & COLOURS;
      line[y + 2] = (int) INT.get(pixels, row2 + CHANNELS * x) & COLOURS;
      line[y + 3] = (int) INT.get(pixels, row3 + CHANNELS * x) & COLOURS;
      line[y + 4] = (int) INT.get(pixels, row4 + CHANNELS * x) & COLOURS;
      line[y + 5] = (int) INT.get(pixels, row5 + CHANNELS * x) & COLOURS;
      line[y + 6] = (int) INT.get(pixels, row6 + CHANNELS * x) & COLOURS;
      line[y + 7] = (int) INT.get(pixels, row7 + CHANNELS * x) & COLOURS;
    }
  }

  /**
   * Lines turned into columns of others.
   *
   * @param lines [count][length]
   * @param turned [first + length][count] at least
   */
  static void turn(int[][] lines, int count, int length, int[][] turned, int first) {
    int y = 0;
    for (; y + AT_ONCE <= length; y += AT_ONCE) {
      eightTurned(lines, count, y, turned, first + y);
    }
    for (; y < length; y++) {
      int[] line = turned[first + y];
      for (int x = 0; x < count; x++) {
        line[x] = lines[x][y];
      }
    }
  }

  private static void eightTurned(int[][] lines, int count, int y, int[][] turned, int first) {
    int[] line0 = turned[first];
    int[] line1 = turned[first + 1];
    int[] line2 = turned[first + 2];
    int[] line3 = turned[first + 3];
    int[] line4 = turned[first + 4];
    int[] line5 = turned[first + 5];
    int[] line6 = turned[first + 6];
    int[] line7 = turned[first + 7];
    for (int x = 0; x < count; x++) {
      int[] line = lines[x];
      line0[x] = line[y];
      line1[x] = line[y + 1];
      line2[x] = line[y + 2];
      line3[x] = line[y + 3];
      line4[x] = line[y + 4];
      line5[x] = line[y + 5];
      line6[x] = line[y + 6];
      line7[x] = line[y + 7];
    }
  }

  /** The bytes of a square whose rows are lines. */
  static byte[] bytes(int[][] lines, int size) {
    byte[] bytes = new byte[size * size * CHANNELS];
    for (int y = 0; y < size; y++) {
      int to = y * size * CHANNELS;
      int[] line = lines[y];
      // The fourth byte of each is overwritten by the next one's first.
      for (int x = 0; x < size - 1; x++) {
        INT.set(bytes, to + CHANNELS * x, line[x]);
      }
      put(bytes, to + CHANNELS * (size - 1), line[size - 1]);
    }
    return bytes;
  }

  private static int pixel(byte[] pixels, int at) {
    return pixels[at] & 0xff | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff) << 16;
  }

  private static void put(byte[] pixels, int at, int pixel) {
    pixels[at] = (byte) pixel;
    pixels[at + 1] = (byte) (pixel >> 8);
    pixels[at + 2] = (byte) (pixel >> 16);
  }
}
