package dev.lockstep.data;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reduces or enlarges images of bytes as Pillow does, bit for bit: first across, then down (or the
 * other way round where Pillow 13 does), each pass in whole numbers of 22 bits after the point and
 * rounded to bytes ({@code libImaging/Resample.c}).
 */
public final class Resampling {
  private static final int PRECISION = 22;
  private static final int HALF = 1 << PRECISION - 1;
  private static final int CHANNELS = 3;
  private static final int KEPT_TABLES = 4096;

  /** A filter of Pillow's. */
  public enum Filter {
    /** Keys' cubic with a = -0.5, which CLIP and Chinese-CLIP are trained with. */
    BICUBIC(2),
    /** A triangle: half the work of the cubic, and a little softer. */
    BILINEAR(1);

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    private double at(double x) {
      double d = Math.abs(x);
      if (this == BILINEAR) {
        return d < 1 ? 1 - d : 0;
      }
      if (d < 1) {
        return (1.5 * d - 2.5) * d * d + 1;
      }
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    }
  }

  private record Key(Filter filter, int from, int to, int offset, int size) {}

  /**
   * What each pixel of a side is made of.
   *
   * @param taps how many weights each pixel has room for
   * @param starts [size], the first pixel that counts
   * @param counts [size], how many do
   * @param weights [size * taps]
   */
  private record Table(int taps, int[] starts, int[] counts, int[] weights) {}

  /** A megabyte for each image would keep the collector busier than the resizing. */
  private static final ThreadLocal<int[]> SCRATCH = ThreadLocal.withInitial(() -> new int[0]);

  private static final Map<Key, Table> TABLES = new ConcurrentHashMap<>();

  private Resampling() {}

  /**
   * A square of an image.
   *
   * @param pixels [height, width, 3]
   * @return [size, size, 3]
   */
  public static byte[] square(
      byte[] pixels, int height, int width, int size, Resize resize, Filter filter) {
    int scaledHeight = size;
    int scaledWidth = size;
    if (resize == Resize.CROP) {
      int least = Math.min(height, width);
      scaledHeight = (int) ((long) height * size / least);
      scaledWidth = (int) ((long) width * size / least);
    }
    // torchvision's centre crop rounds halves to even.
    Table across = table(filter, width, scaledWidth, middle(scaledWidth, size), size);
    Table down = table(filter, height, scaledHeight, middle(scaledHeight, size), size);
    boolean heightFirst = Math.max(height - scaledHeight, 0) > 2 * Math.max(width - scaledWidth, 0);
    if (heightFirst) {
      byte[] lower = down(integers(pixels), width * CHANNELS, down, size);
      return bytes(across(lower, 0, size, width, across, size), size * size * CHANNELS);
    }
    int first = down.starts[0];
    int last = down.starts[size - 1] + down.counts[size - 1];
    int[] narrow = across(pixels, first, last - first, width, across, size);
    return down(narrow, size * CHANNELS, shifted(down, first), size);
  }

  private static int middle(int scaled, int size) {
    return (int) Math.rint((scaled - size) / 2.0);
  }

  private static Table shifted(Table table, int first) {
    if (first == 0) {
      return table;
    }
    int[] starts = table.starts.clone();
    for (int i = 0; i < starts.length; i++) {
      starts[i] -= first;
    }
    return new Table(table.taps, starts, table.counts, table.weights);
  }

  /** From [height, width, 3] to [rows, size, 3], of the rows from {@code firstRow} on. */
  private static int[] across(
      byte[] pixels, int firstRow, int rows, int width, Table table, int size) {
    int[] result = scratch(rows * size * CHANNELS);
    for (int y = 0; y < rows; y++) {
      row(pixels, (firstRow + y) * width * CHANNELS, table, result, y * size * CHANNELS, size);
    }
    return result;
  }

  private static void row(byte[] pixels, int row, Table table, int[] result, int at, int size) {
    int[] weights = table.weights;
    for (int x = 0; x < size; x++) {
      int first = x * table.taps;
      int source = row + table.starts[x] * CHANNELS;
      int count = table.counts[x];
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      // Indices that follow from the counter alone are checked once, before the loop.
      for (int k = 0; k < count; k++) {
        int weight = weights[first + k];
        red += weight * (pixels[source + 3 * k] & 0xff);
        green += weight * (pixels[source + 3 * k + 1] & 0xff);
        blue += weight * (pixels[source + 3 * k + 2] & 0xff);
      }
      result[at + 3 * x] = clip(red);
      result[at + 3 * x + 1] = clip(green);
      result[at + 3 * x + 2] = clip(blue);
    }
  }

  /** From [height, length] to [size, length]. */
  private static byte[] down(int[] pixels, int length, Table table, int size) {
    byte[] result = new byte[size * length];
    int[] sums = new int[length];
    for (int y = 0; y < size; y++) {
      Arrays.fill(sums, HALF);
      for (int k = 0; k < table.counts[y]; k++) {
        add(sums, pixels, (table.starts[y] + k) * length, table.weights[y * table.taps + k]);
      }
      for (int i = 0; i < length; i++) {
        result[y * length + i] = (byte) clip(sums[i]);
      }
    }
    return result;
  }

  private static void add(int[] sums, int[] pixels, int at, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * pixels[at + i];
    }
  }

  private static int clip(int sum) {
    return Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /** At least so long; what a thread was given before is overwritten. */
  private static int[] scratch(int length) {
    int[] scratch = SCRATCH.get();
    if (scratch.length < length) {
      scratch = new int[length];
      SCRATCH.set(scratch);
    }
    return scratch;
  }

  private static int[] integers(byte[] bytes) {
    int[] values = scratch(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return values;
  }

  private static byte[] bytes(int[] values, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static Table table(Filter filter, int from, int to, int offset, int size) {
    if (TABLES.size() > KEPT_TABLES) {
      TABLES.clear();
    }
    return TABLES.computeIfAbsent(new Key(filter, from, to, offset, size), Resampling::make);
  }

  private static Table make(Key key) {
    double scale = (double) key.from / key.to;
    double stretch = Math.max(scale, 1);
    double support = key.filter.support * stretch;
    int taps = (int) Math.ceil(support) * 2 + 1;
    int[] starts = new int[key.size];
    int[] counts = new int[key.size];
    int[] weights = new int[key.size * taps];
    double[] values = new double[taps];
    for (int i = 0; i < key.size; i++) {
      double centre = (i + key.offset + 0.5) * scale;
      int start = Math.max((int) (centre - support + 0.5), 0);
      int count = Math.min((int) (centre + support + 0.5), key.from) - start;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        values[k] = key.filter.at((k + start - centre + 0.5) / stretch);
        sum += values[k];
      }
      for (int k = 0; k < count; k++) {
        double weight = sum == 0 ? 0 : values[k] / sum;
        weights[i * taps + k] =
            (int) (weight < 0 ? weight * (1 << PRECISION) - 0.5 : weight * (1 << PRECISION) + 0.5);
      }
      starts[i] = start;
      counts[i] = count;
    }
    return new Table(taps, starts, counts, weights);
  }
}
