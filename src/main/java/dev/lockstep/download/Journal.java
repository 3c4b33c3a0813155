package dev.lockstep.download;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * What came of each URL, in a file that is only ever added to: a line a URL, written when the
 * outcome is final and the image lies in its place. Each line begins with its own checksum, so a
 * process that is killed at any moment leaves at most one line that counts for nothing, and the URL
 * is fetched again. Of two lines for one URL the later counts.
 *
 * <p>What is held in memory are a few tens of bytes a URL and each host once; only names that a
 * list gives are held as texts.
 */
final class Journal implements AutoCloseable {
  private static final long FLUSH_NANOS = 1_000_000_000L;
  private static final int FIELDS = 9;

  private final Path file;
  private final FileChannel channel;
  private final Entries entries = new Entries();
  private long unreadable;
  private long flushed = System.nanoTime();

  private Journal(Path file) throws IOException {
    this.file = file;
    long end = Files.exists(file) ? load() : 0;
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    channel.truncate(end);
    channel.position(end);
  }

  /**
   * Opens the journal, and takes off a last line that was cut short.
   *
   * @throws RunFailedException if it cannot be read or written
   */
  static Journal open(Path file) {
    try {
      return new Journal(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Equal for equal URLs: the first 8 bytes of the SHA-256. */
  static long key(String url) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(url.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What is known of a URL; null where nothing is. */
  synchronized Entry get(long key) {
    return entries.get(key);
  }

  /** Whether a URL is asked for here for the first time since the journal was opened. */
  synchronized boolean meet(long key) {
    return entries.meet(key);
  }

  synchronized int size() {
    return entries.size();
  }

  /** Lines whose checksum was wrong, which count for nothing. */
  synchronized long unreadable() {
    return unreadable;
  }

  /** Gives each outcome that a URL had, with the host that was asked, in no order. */
  synchronized void forEach(BiConsumer<Outcome, String> take) {
    entries.forEach(take);
  }

  /** Whether an image of another URL has been given this name, normalized. */
  synchronized boolean isTaken(String name, long key) {
    return entries.ownerOf(name, key) != key;
  }

  /**
   * Writes down what came of a URL.
   *
   * @param status of HTTP; 0 for none
   * @param sha256 of the image, in hexadecimal digits; empty for none
   * @param detail for people
   */
  synchronized void add(
      long key, Entry entry, int status, long bytes, String sha256, String detail, String url) {
    String line =
        String.join(
            "\t",
            "%016x".formatted(key),
            entry.outcome().label(),
            String.valueOf(status),
            String.valueOf(bytes),
            sha256,
            clean(entry.file()),
            clean(entry.host()),
            clean(detail),
            clean(url));
    byte[] text = line.getBytes(StandardCharsets.UTF_8);
    byte[] whole = (checksum(text) + "\t" + line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      ByteBuffer buffer = ByteBuffer.wrap(whole);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      long now = System.nanoTime();
      if (now - flushed > FLUSH_NANOS) {
        channel.force(false);
        flushed = now;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
    entries.put(key, entry);
  }

  /** Reads the lines, and gives where the last whole one ends. */
  private long load() throws IOException {
    long end = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != '\n') {
          line.write(b);
          continue;
        }
        end += line.size() + 1L;
        take(line.toString(StandardCharsets.UTF_8));
        line.reset();
      }
    }
    return end;
  }

  private void take(String line) {
    String[] parts = line.split("\t", 2);
    String[] fields = parts.length < 2 ? parts : parts[1].split("\t", -1);
    if (fields.length != FIELDS
        || !parts[0].equals(checksum(parts[1].getBytes(StandardCharsets.UTF_8)))) {
      unreadable++;
      return;
    }
    try {
      entries.put(
          Long.parseUnsignedLong(fields[0], 16),
          new Entry(Outcome.of(fields[1]), fields[5], fields[6]));
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          file.toString(),
          "a line is of another version: " + e.getMessage(),
          "download into another folder",
          e);
    }
  }

  private static String checksum(byte[] text) {
    CRC32C crc = new CRC32C();
    crc.update(text);
    return "%08x".formatted(crc.getValue());
  }

  private static String clean(String field) {
    return field.replaceAll("[\\t\\r\\n]", " ");
  }

  private static RunFailedException failed(Path file, IOException e) {
    return new RunFailedException(
        file + " cannot be written: " + e.getMessage(),
        "free some space or see its permissions; the same command goes on from there",
        e);
  }

  @Override
  public synchronized void close() {
    try {
      channel.force(false);
      channel.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }
}
