package dev.lockstep.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The files in a tar, one after the other in one pass: POSIX ustar with pax headers, and GNU's long
 * names and sizes.
 */
final class TarReader implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int MAX_HEADER_BYTES = 1 << 20;

  private final InputStream in;
  private final byte[] header = new byte[BLOCK];
  private long left;
  private long padding;

  TarReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /**
   * A file in the archive.
   *
   * @param bytes its length
   */
  record Member(String name, long bytes) {}

  /**
   * Goes to the next file; what is left of the one before is skipped.
   *
   * @return null after the last
   * @throws EOFException if the archive ends within a member
   */
  Member next() throws IOException {
    String longName = null;
    long longSize = -1;
    while (true) {
      in.skipNBytes(left + padding);
      left = 0;
      padding = 0;
      int count = in.readNBytes(header, 0, BLOCK);
      if (count == 0 || allZero()) {
        return null;
      }
      if (count < BLOCK) {
        throw new EOFException("it ends within a header");
      }
      checkSum();
      long size = number(124, 12);
      begin(size);
      switch (header[156]) {
        case 'L' -> longName = text(readHeader(), 0);
        case 'x' -> {
          String pax = new String(readHeader(), StandardCharsets.UTF_8);
          longName = paxValue(pax, "path", longName);
          longSize = Long.parseLong(paxValue(pax, "size", "-1"));
        }
        case 0, '0', '7' -> {
          if (longSize >= 0) {
            begin(longSize);
          }
          return new Member(longName == null ? name() : longName, left);
        }
        default -> {
          // A folder, a link or a global header holds no file.
          longName = null;
        }
      }
    }
  }

  /** The content of the member that was given last. */
  byte[] read() throws IOException {
    byte[] bytes = in.readNBytes(Math.toIntExact(left));
    if (bytes.length < left) {
      throw new EOFException("it ends within a file");
    }
    left = 0;
    return bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void begin(long size) throws IOException {
    if (size < 0) {
      throw new IOException("a file of negative length");
    }
    left = size;
    padding = (BLOCK - size % BLOCK) % BLOCK;
  }

  private byte[] readHeader() throws IOException {
    if (left > MAX_HEADER_BYTES) {
      throw new IOException("a header of " + left + " bytes");
    }
    return read();
  }

  private boolean allZero() {
    for (byte b : header) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void checkSum() throws IOException {
    long expected = number(148, 8);
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (sum != expected) {
      throw new IOException("a header's checksum does not fit: it is damaged, or no tar");
    }
  }

  private String name() {
    String prefix =
        Arrays.equals(Arrays.copyOfRange(header, 257, 262), new byte[] {'u', 's', 't', 'a', 'r'})
            ? text(Arrays.copyOfRange(header, 345, 500), 0)
            : "";
    String name = text(Arrays.copyOfRange(header, 0, 100), 0);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** Octal, or base 256 where the first bit is set. */
  private long number(int offset, int length) throws IOException {
    if ((header[offset] & 0x80) != 0) {
      long value = header[offset] & 0x7f;
      for (int i = 1; i < length; i++) {
        value = value << 8 | header[offset + i] & 0xff;
      }
      return value;
    }
    String digits = text(Arrays.copyOfRange(header, offset, offset + length), 0).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw new IOException("a header is damaged: '" + digits + "' is no number", e);
    }
  }

  private static String text(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /** The records of a pax header are "LENGTH KEY=VALUE\n". */
  private static String paxValue(String pax, String key, String fallback) {
    for (String record : pax.split("\n", -1)) {
      int space = record.indexOf(' ');
      if (record.startsWith(key + "=", space + 1)) {
        return record.substring(space + 2 + key.length());
      }
    }
    return fallback;
  }
}
