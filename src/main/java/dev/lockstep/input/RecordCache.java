package dev.lockstep.input;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;

/**
 * Records in memory outside the Java heap, as many as fit, in the order in which they are first
 * read. Nothing is ever let go of: in training each is read as often as any other.
 */
final class RecordCache implements AutoCloseable {
  private static final long CHUNK = 64L << 20;

  private final long limit;
  private final BytePointer[] chunks;
  private final long[] places;
  private final int[] lengths;
  private long used;

  /**
   * @param bytes the most to take; 0 for none
   */
  RecordCache(long bytes, int records) {
    limit = bytes;
    chunks = new BytePointer[Math.toIntExact(bytes / CHUNK + (bytes % CHUNK > 0 ? 1 : 0))];
    places = new long[bytes == 0 ? 0 : records];
    lengths = new int[places.length];
  }

  /** A record, or null where it is not kept. */
  synchronized byte[] get(int record) {
    if (places.length == 0 || lengths[record] == 0) {
      return null;
    }
    byte[] bytes = new byte[lengths[record]];
    long place = places[record];
    chunks[(int) (place / CHUNK)].position(place % CHUNK).get(bytes, 0, bytes.length);
    return bytes;
  }

  synchronized void put(int record, byte[] bytes) {
    if (places.length == 0 || lengths[record] > 0 || bytes.length > CHUNK) {
      return;
    }
    if (used % CHUNK + bytes.length > CHUNK) {
      used += CHUNK - used % CHUNK;
    }
    if (used + bytes.length > limit) {
      return;
    }
    int chunk = (int) (used / CHUNK);
    if (chunks[chunk] == null) {
      chunks[chunk] = new BytePointer(Math.min(CHUNK, limit - chunk * CHUNK));
    }
    chunks[chunk].position(used % CHUNK).put(bytes, 0, bytes.length);
    places[record] = used;
    lengths[record] = bytes.length;
    used += bytes.length;
  }

  @Override
  public synchronized void close() {
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] != null) {
        chunks[i].close();
        chunks[i] = null;
      }
    }
    Arrays.fill(lengths, 0);
  }
}
