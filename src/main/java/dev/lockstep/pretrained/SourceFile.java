package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file read at any position, in pieces. What it says of its own lengths is not believed: a caller
 * asks {@link #holds} before it takes memory. Not for several threads at once.
 */
final class SourceFile implements Closeable {
  private static final int PIECE = 1 << 20;

  private final Path path;
  private final String advice;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * @param format how an error calls what was expected: "a safetensors file"
   * @throws InvalidInputException if there is no such file
   */
  @SuppressWarnings("this-escape")
  SourceFile(Path path, String format) {
    this.path = path;
    this.advice = "expected " + format + "; see that it was copied whole";
    if (!Files.isRegularFile(path)) {
      throw invalid(Files.exists(path) ? "it is not a file" : "there is no such file");
    }
    try {
      channel = FileChannel.open(path);
      size = channel.size();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /** Whether so many bytes stand at that position. */
  boolean holds(long begin, long length) {
    return begin >= 0 && length >= 0 && begin <= size && length <= size - begin;
  }

  /**
   * A copy of some bytes, little-endian.
   *
   * @throws InvalidInputException if the file does not hold them
   */
  ByteBuffer read(long begin, long length) {
    if (!holds(begin, length) || length > Integer.MAX_VALUE - 8) {
      throw invalid(length + " bytes are to stand at " + begin + ", but it has " + size);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    fill(bytes, begin);
    return bytes.flip();
  }

  /** Reads values straight into floats, without the bytes in between. */
  void read(long begin, ElementType type, float[] values) {
    int step = PIECE / type.bytes();
    for (int at = 0; at < values.length; at += step) {
      int count = Math.min(step, values.length - at);
      piece.clear().limit(count * type.bytes());
      fill(piece, begin + (long) at * type.bytes());
      type.read(piece.flip(), values, at, count);
    }
  }

  private void fill(ByteBuffer bytes, long begin) {
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, begin + bytes.position()) < 0) {
          throw invalid("it ends too early");
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  InvalidInputException invalid(String found) {
    return invalid(found, null);
  }

  InvalidInputException invalid(String found, Exception cause) {
    return new InvalidInputException(path.toString(), found, advice, cause);
  }

  private InvalidInputException unreadable(IOException e) {
    return invalid("it cannot be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
