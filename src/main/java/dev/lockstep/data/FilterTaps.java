package dev.lockstep.data;

import dev.lockstep.data.Resampling.Filter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which pixels of a side each pixel of the reduced or enlarged side is made of, and with what
 * weights: {@code precompute_coeffs} and {@code normalize_coeffs_8bpc} of Pillow's {@code
 * libImaging/Resample.c}.
 *
 * @param taps how many weights each pixel has room for
 * @param starts [size], the first pixel that counts
 * @param counts [size], how many do
 * @param weights [size * taps], in units of 2^-{@value #PRECISION}
 */
record FilterTaps(int taps, int[] starts, int[] counts, int[] weights) {
  static final int PRECISION = 22;
  private static final int KEPT = 4096;

  private record Key(Filter filter, int from, int to, int offset, int size) {}

  private static final Map<Key, FilterTaps> MADE = new ConcurrentHashMap<>();

  /**
   * @param from the side in pixels
   * @param to what it becomes
   * @param offset how many of those pixels are cut off before the first one
   * @param size how many are kept
   */
  static FilterTaps of(Filter filter, int from, int to, int offset, int size) {
    if (MADE.size() > KEPT) {
      MADE.clear();
    }
    return MADE.computeIfAbsent(new Key(filter, from, to, offset, size), FilterTaps::make);
  }

  int size() {
    return starts.length;
  }

  /** The first pixel that counts for any. */
  int first() {
    return starts[0];
  }

  /** One after the last pixel that counts for any. */
  int end() {
    return starts[size() - 1] + counts[size() - 1];
  }

  private static FilterTaps make(Key key) {
    double scale = (double) key.from / key.to;
    double stretch = Math.max(scale, 1);
    double support = key.filter.support() * stretch;
    int room = (int) Math.ceil(support) * 2 + WeightedLines.TOGETHER;
    int taps = room - room % WeightedLines.TOGETHER;
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
    return new FilterTaps(taps, starts, counts, weights);
  }
}
