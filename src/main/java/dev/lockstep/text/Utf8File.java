package dev.lockstep.text;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text files that must be UTF-8: Java's own readers put U+FFFD for what is not, or say no line. */
public final class Utf8File {
  private static final int BUFFER_BYTES = 1 << 16;

  private Utf8File() {}

  /**
   * Reads the file once through without keeping it.
   *
   * @throws InvalidInputException with the line of the first byte that is not UTF-8, or if the file
   *     cannot be read
   */
  public static void check(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file.toString(),
          Files.isDirectory(file) ? "this is a folder" : "there is no such file",
          "check the path; it counts from the file that names it");
    }
    try (InputStream in = Files.newInputStream(file)) {
      check(file, in);
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e, "check its permissions", e);
    }
  }

  /**
   * Reads a stream once through.
   *
   * @param file what to call it
   * @throws InvalidInputException with the line of the first byte that is not UTF-8
   */
  public static void check(Path file, InputStream in) throws IOException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    CharBuffer characters = CharBuffer.allocate(BUFFER_BYTES);
    long line = 1;
    boolean end = false;
    while (!end) {
      bytes.compact();
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      end = count < 0;
      bytes.position(bytes.position() + Math.max(count, 0)).flip();
      CoderResult result = decoder.decode(bytes, characters.clear(), end);
      line += characters.flip().chars().filter(c -> c == '\n').count();
      if (result.isError()) {
        throw new InvalidInputException(
            file + ":" + line,
            String.format("byte 0x%02x is not UTF-8", bytes.get(bytes.position())),
            "save the file as UTF-8; if it is GB18030: iconv -f GB18030 -t UTF-8 OLD > NEW");
      }
    }
  }
}
