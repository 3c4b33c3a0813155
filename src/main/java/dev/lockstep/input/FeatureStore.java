package dev.lockstep.input;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * A file of vectors, one for each view of each record, in the order of the records, view after
 * view. Each is little-endian float32 and then its own CRC-32C, so that what was never written, was
 * cut off or has rotted is known by itself, and a file that is half made is gone on with.
 */
public final class FeatureStore implements AutoCloseable {
  private static final int CHECKED_AT_A_TIME = 1 << 12;

  private final Path file;
  private final FileChannel channel;
  private final int width;
  private final int views;
  private final int records;

  private FeatureStore(Path file, FileChannel channel, int width, int views, int records) {
    this.file = file;
    this.channel = channel;
    this.width = width;
    this.views = views;
    this.records = records;
  }

  /**
   * Opens a file, which is made if it is missing.
   *
   * @param width numbers in a vector
   */
  public static FeatureStore open(Path file, int width, int views, int records) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new FeatureStore(file, channel, width, views, records);
  }

  /** How large the file of so many vectors is. */
  public static long bytes(int width, int views, int records) {
    return (long) views * records * entryBytes(width);
  }

  public Path file() {
    return file;
  }

  public int views() {
    return views;
  }

  public int records() {
    return records;
  }

  /**
   * Which vectors are not there, or damaged: at {@code view x records + record}. Reads the whole
   * file.
   */
  public BitSet missing() throws IOException {
    int count = Math.multiplyExact(views, records);
    BitSet missing = new BitSet(count);
    int entry = entryBytes(width);
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(entry, Math.min(CHECKED_AT_A_TIME, count)))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int first = 0; first < count; first += CHECKED_AT_A_TIME) {
      int many = Math.min(CHECKED_AT_A_TIME, count - first);
      buffer.clear().limit(many * entry);
      fill(buffer, (long) first * entry);
      int whole = buffer.position() / entry;
      for (int i = 0; i < many; i++) {
        if (i >= whole || !isWhole(buffer, i * entry)) {
          missing.set(first + i);
        }
      }
    }
    return missing;
  }

  /**
   * Writes the vectors of some records that follow each other.
   *
   * @param place of the first, {@code view x records + record}
   * @param vectors row by row
   */
  public void write(long place, float[] vectors) throws IOException {
    int entry = entryBytes(width);
    int rows = vectors.length / width;
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(rows, entry)).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        buffer.putFloat(vectors[row * width + i]);
      }
      buffer.putInt(checksum(buffer.array(), row * entry));
    }
    buffer.flip();
    long at = place * entry;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
  }

  /** Waits until all that was written is on the disk. */
  public void force() throws IOException {
    channel.force(true);
  }

  /**
   * The bytes of a vector.
   *
   * @throws IOException if it cannot be read or is damaged
   */
  byte[] read(int record, int view) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(entryBytes(width)).order(ByteOrder.LITTLE_ENDIAN);
    fill(buffer, ((long) view * records + record) * entryBytes(width));
    if (buffer.hasRemaining() || !isWhole(buffer, 0)) {
      throw new IOException("the features of record " + record + " are damaged");
    }
    byte[] vector = new byte[width * Float.BYTES];
    buffer.get(0, vector);
    return vector;
  }

  private void fill(ByteBuffer buffer, long at) throws IOException {
    long place = at;
    for (int read = 0; read >= 0 && buffer.hasRemaining(); place += read) {
      read = channel.read(buffer, place);
    }
  }

  private boolean isWhole(ByteBuffer buffer, int at) {
    return buffer.getInt(at + width * Float.BYTES) == checksum(buffer.array(), at);
  }

  private int checksum(byte[] bytes, int at) {
    return Hashing.crc32c().hashBytes(bytes, at, width * Float.BYTES).asInt();
  }

  private static int entryBytes(int width) {
    return Math.addExact(Math.multiplyExact(width, Float.BYTES), Integer.BYTES);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
