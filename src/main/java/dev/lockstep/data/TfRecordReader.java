package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Reads a TFRecord file and checks every checksum. TensorFlow's own reader takes an empty file, or
 * one that was cut inside a record's header, for a whole one; this one does not.
 */
public final class TfRecordReader implements Iterator<byte[]>, AutoCloseable {
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private final Path file;
  private final long fileBytes;
  private final InputStream in;
  private long offset;

  /**
   * @throws InvalidInputException if the file is missing, cannot be read or is empty
   */
  public TfRecordReader(Path file) {
    this.file = file;
    try {
      fileBytes = Files.size(file);
      in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    } catch (IOException e) {
      throw new InvalidInputException(file.toString(), "cannot be read: " + e, remedy(), e);
    }
    if (fileBytes == 0) {
      throw damaged("the file is empty");
    }
  }

  /** Where the next record begins. */
  public long offset() {
    return offset;
  }

  @Override
  public boolean hasNext() {
    return offset < fileBytes;
  }

  /**
   * The next record's payload.
   *
   * @throws InvalidInputException naming the file and the offset, if the record is cut short or a
   *     checksum does not fit
   */
  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    byte[] header = read(HEADER_BYTES, 0, "a record's header");
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long length = fields.getLong();
    if (MaskedCrc.of(header, 0, Long.BYTES) != fields.getInt()) {
      throw damaged("the checksum of a record's length does not fit");
    }
    byte[] payload = read(length, HEADER_BYTES, "a record");
    byte[] trailer = read(Integer.BYTES, HEADER_BYTES + length, "a record's checksum");
    int expected = ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (MaskedCrc.of(payload, 0, payload.length) != expected) {
      throw damaged("the checksum of a record does not fit");
    }
    offset += HEADER_BYTES + length + Integer.BYTES;
    return payload;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new InvalidInputException(file.toString(), "cannot be read: " + e, remedy(), e);
    }
  }

  private byte[] read(long count, long into, String what) {
    long there = fileBytes - offset - into;
    if (count < 0 || count > there) {
      throw damaged("the file ends inside " + what + " (" + fileBytes + " bytes)");
    }
    try {
      byte[] bytes = in.readNBytes(Math.toIntExact(count));
      if (bytes.length < count) {
        throw damaged("the file ends inside " + what);
      }
      return bytes;
    } catch (IOException e) {
      throw new InvalidInputException(file.toString(), "cannot be read: " + e, remedy(), e);
    }
  }

  private InvalidInputException damaged(String found) {
    return new InvalidInputException(file + " at byte " + offset, found, remedy());
  }

  private String remedy() {
    return "delete the folder "
        + file.toAbsolutePath().getParent()
        + "; it is made anew when it is needed";
  }
}
