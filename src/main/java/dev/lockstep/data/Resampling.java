package dev.lockstep.data;

import java.util.Arrays;
import org.tensorflow.types.TUint8;

/**
 * Reduces or enlarges images of bytes as Pillow does, bit for bit: first across, then down (or the
 * other way round where Pillow 13 does), each pass in whole numbers of 22 bits after the point and
 * rounded to bytes ({@code libImaging/Resample.c}).
 *
 * <p>Both passes are {@linkplain WeightedLines sums of whole lines}: what goes across is turned for
 * that, in tiles that stay in a core's cache, and turned back.
 */
public final class Resampling {
  /** Pixels of a tile: 256 KiB. */
  private static final int TILE = 1 << 16;

  private static final int LEAST_DEPTH = 64;
  private static final int MOST_DEPTH = 256;

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

    /** How far from its middle it reaches, in pixels of the smaller side. */
    double support() {
      return support;
    }

    double at(double x) {
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

  /** Bytes of an image that are kept room for; the few that are larger have a room of their own. */
  private static final int KEPT = 4 << 20;

  /** A megabyte for each image would keep the collector busier than the resizing. */
  private static final ThreadLocal<Resampling> ON_THIS_THREAD =
      ThreadLocal.withInitial(Resampling::new);

  private final WeightedLines weighted = new WeightedLines();
  private byte[] pixels = {};
  private int[][] tile = {};
  private int[][] reduced = {};
  private int[][] between = {};
  private int[][] square = {};

  Resampling() {}

  /**
   * A square of an image.
   *
   * @param image [height, width, 3]
   * @return [size, size, 3]
   */
  public static byte[] square(TUint8 image, int size, Resize resize, Filter filter) {
    Resampling resampling = ON_THIS_THREAD.get();
    return resampling.square(
        resampling.pixels(image),
        Math.toIntExact(image.shape().size(0)),
        Math.toIntExact(image.shape().size(1)),
        size,
        resize,
        filter);
  }

  /** As {@link #square(TUint8, int, Resize, Filter)}; more bytes may follow the image's. */
  byte[] square(byte[] image, int height, int width, int size, Resize resize, Filter filter) {
    int scaledHeight = size;
    int scaledWidth = size;
    if (resize.crops()) {
      int least = Math.min(height, width);
      scaledHeight = (int) ((long) height * size / least);
      scaledWidth = (int) ((long) width * size / least);
    }
    FilterTaps across =
        FilterTaps.of(filter, width, scaledWidth, resize.before(scaledWidth - size), size);
    FilterTaps down =
        FilterTaps.of(filter, height, scaledHeight, resize.before(scaledHeight - size), size);
    boolean heightFirst = Math.max(height - scaledHeight, 0) > 2 * Math.max(width - scaledWidth, 0);
    return heightFirst
        ? downThenAcross(image, width, across, down)
        : acrossThenDown(image, width, across, down);
  }

  private byte[] pixels(TUint8 image) {
    int count = Math.toIntExact(image.size());
    byte[] values = pixels.length < count ? new byte[count] : pixels;
    if (count <= KEPT) {
      pixels = values;
    }
    image.asRawTensor().data().read(values, 0, count);
    return values;
  }

  private byte[] acrossThenDown(byte[] pixels, int width, FilterTaps across, FilterTaps down) {
    int columns = across.end() - across.first();
    int[][] upright =
        inTwo(
            across,
            down,
            (row, rows) ->
                PackedPixels.columns(
                    pixels, width, down.first() + row, rows, across.first(), columns, tile));
    return PackedPixels.bytes(upright, across.size());
  }

  private byte[] downThenAcross(byte[] pixels, int width, FilterTaps across, FilterTaps down) {
    int size = down.size();
    int rows = down.end() - down.first();
    int[][] lying =
        inTwo(
            down,
            across,
            (column, columns) ->
                PackedPixels.rows(
                    pixels, width, down.first(), rows, across.first() + column, columns, tile));
    int[][] upright = room(reduced, size, size);
    PackedPixels.turn(lying, size, size, upright, 0);
    return PackedPixels.bytes(upright, size);
  }

  /** Fills {@link #tile} with so many of the lines that the first pass goes along. */
  private interface TileReader {
    void read(int from, int count);
  }

  /** Both passes, in tiles of lines that the first one goes along. */
  private int[][] inTwo(FilterTaps first, FilterTaps second, TileReader reader) {
    int size = first.size();
    int length = first.end() - first.first();
    int lines = second.end() - second.first();
    int depth = depth(length);
    tile = room(tile, length, depth);
    reduced = room(reduced, size, depth);
    between = room(between, lines, size);
    square = room(square, size, size);
    for (int line = 0; line < lines; line += depth) {
      int taken = Math.min(depth, lines - line);
      reader.read(line, taken);
      weighted.sum(tile, first.first(), first, taken, reduced);
      PackedPixels.turn(reduced, size, taken, between, line);
    }
    weighted.sum(between, second.first(), second, size, square);
    return square;
  }

  /** How long a tile's lines are: what fits the cache, but no less than vectors need. */
  private static int depth(int lines) {
    return Math.max(LEAST_DEPTH, Math.min(MOST_DEPTH, TILE / lines & -8));
  }

  /** At least so many lines of at least that length; what they held before is overwritten. */
  private static int[][] room(int[][] lines, int count, int length) {
    int[][] enough = lines.length < count ? Arrays.copyOf(lines, count) : lines;
    for (int i = 0; i < count; i++) {
      if (enough[i] == null || enough[i].length < length) {
        enough[i] = new int[length];
      }
    }
    return enough;
  }
}
