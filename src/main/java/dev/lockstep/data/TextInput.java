package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Files of text: UTF-8, with a byte-order mark or without, compressed with gzip or not. */
public final class TextInput {
  private static final int BUFFER = 1 << 16;

  private TextInput() {}

  /** The file's content, unpacked where it begins as gzip does, whatever its name. */
  public static InputStream open(Path file) {
    try {
      InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
      in.mark(2);
      boolean packed = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return packed ? new GZIPInputStream(in, BUFFER) : in;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Its characters; a byte that is not UTF-8 ends the reading with an error. */
  public static BufferedReader reader(Path file) {
    InputStream in = open(file);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), BUFFER);
    try {
      reader.mark(1);
      if (reader.read() != '\ufeff') {
        reader.reset();
      }
      return reader;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The error for a file that cannot be read on. */
  public static InvalidInputException unreadable(Path file, Exception failure) {
    Throwable cause =
        failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : failure;
    if (cause instanceof CharacterCodingException) {
      return new InvalidInputException(
          file.toString(),
          "this is not UTF-8",
          "save the file as UTF-8; if it is GB18030: iconv -f GB18030 -t UTF-8 OLD > NEW",
          failure);
    }
    if (cause instanceof EOFException || cause instanceof ZipException) {
      return new InvalidInputException(
          file.toString(),
          "the compressed file is cut short or damaged: " + cause.getMessage(),
          "fetch it again",
          failure);
    }
    return new InvalidInputException(
        file.toString(), "cannot be read: " + cause, "check the path and its permissions", failure);
  }
}
