package dev.lockstep.data;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * 64-bit hashes, and which of them lie within a Hamming distance of another: exactly, and without
 * comparing all. Of the d + 1 bands that 64 bits are cut into, two hashes that differ in d bits
 * share at least one, so only hashes with an equal band are compared (Norouzi, Punjani and Fleet
 * 2012, "multi-index hashing"). 16 bytes for a hash and 4 for each band.
 */
final class HashNeighbours {
  private static final int MAX_HEAD_BITS = 16;
  private static final int NONE = -1;

  private final int distance;
  private final int bands;
  private final int[][] heads;
  private int[][] next;
  private long[] hashes = new long[1024];
  private long[] labels = new long[1024];
  private int size;

  HashNeighbours(int distance) {
    this.distance = distance;
    this.bands = distance + 1;
    this.heads = new int[bands][];
    this.next = new int[bands][1024];
    for (int band = 0; band < bands; band++) {
      heads[band] = new int[1 << Math.min(MAX_HEAD_BITS, width(band))];
      Arrays.fill(heads[band], NONE);
    }
  }

  /** The label of a hash within the distance, if there is one; the first that was added. */
  OptionalLong find(long hash) {
    int first = Integer.MAX_VALUE;
    for (int band = 0; band < bands; band++) {
      for (int i = heads[band][slot(hash, band)]; i != NONE; i = next[band][i]) {
        if (i < first && Long.bitCount(hashes[i] ^ hash) <= distance) {
          first = i;
        }
      }
    }
    return first == Integer.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(labels[first]);
  }

  void add(long hash, long label) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
      labels = Arrays.copyOf(labels, size * 2);
      for (int band = 0; band < bands; band++) {
        next[band] = Arrays.copyOf(next[band], size * 2);
      }
    }
    hashes[size] = hash;
    labels[size] = label;
    for (int band = 0; band < bands; band++) {
      int slot = slot(hash, band);
      next[band][size] = heads[band][slot];
      heads[band][slot] = size;
    }
    size++;
  }

  private int start(int band) {
    return 64 * band / bands;
  }

  private int width(int band) {
    return start(band + 1) - start(band);
  }

  /** A band's bits, or 16 bits that are equal where the band's are. */
  private int slot(long hash, int band) {
    int width = width(band);
    long bits = width == 64 ? hash : hash >>> start(band) & ((1L << width) - 1);
    return width <= MAX_HEAD_BITS
        ? (int) bits
        : (int) (bits * 0x9e3779b97f4a7c15L >>> 64 - MAX_HEAD_BITS);
  }
}
