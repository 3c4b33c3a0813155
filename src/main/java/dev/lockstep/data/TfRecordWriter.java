package dev.lockstep.data;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes TensorFlow's record format: for each record its length (8 bytes, little-endian), the
 * length's masked CRC-32C, the payload, the payload's masked CRC-32C. TensorBoard's event files are
 * of the same format.
 */
public final class TfRecordWriter implements Closeable, Flushable {
  private final OutputStream out;
  private final CRC32C fileCrc = new CRC32C();
  private final ByteBuffer header =
      ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long records;
  private long bytes;

  /** Writes to a new file; an old one of that name is lost. */
  public TfRecordWriter(Path file) throws IOException {
    this(Files.newOutputStream(file));
  }

  public TfRecordWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  public void write(byte[] payload) throws IOException {
    header.clear().putLong(payload.length);
    header.putInt(MaskedCrc.of(header.array(), 0, Long.BYTES));
    put(header.array(), header.position());
    put(payload, payload.length);
    header.clear().putInt(MaskedCrc.of(payload, 0, payload.length));
    put(header.array(), header.position());
    records++;
  }

  /** Records written so far. */
  public long records() {
    return records;
  }

  /** The file's length so far. */
  public long bytes() {
    return bytes;
  }

  /** The plain CRC-32C of the whole file so far, 0 to 2^32 - 1. */
  public long crc32c() {
    return fileCrc.getValue();
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void put(byte[] source, int length) throws IOException {
    out.write(source, 0, length);
    fileCrc.update(source, 0, length);
    bytes += length;
  }
}
