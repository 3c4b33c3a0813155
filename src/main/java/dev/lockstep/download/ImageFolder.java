package dev.lockstep.download;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import okio.BufferedSource;

/** Where images are kept. Each is written aside and renamed: what has its name is whole. */
final class ImageFolder {
  private static final int CHUNK = 1 << 16;

  private final Path folder;
  private final boolean keep;

  /**
   * @param keep whether images are kept; without it they are only looked at
   */
  ImageFolder(Path folder, boolean keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * An image that was read.
   *
   * @param sha256 in hexadecimal digits
   */
  record Received(long bytes, String sha256) {}

  /** Whether a name that a list gives leads to a place within the folder, and to none of ours. */
  boolean holds(String name) {
    try {
      Path path = folder.resolve(name).normalize();
      String first = folder.normalize().relativize(path).getName(0).toString();
      return path.startsWith(folder.normalize())
          && !path.equals(folder.normalize())
          && !first.startsWith(".")
          && !first.equals(Downloader.JOURNAL)
          && !first.equals(FetchedPairs.FILE);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** One text for all ways to write a name. */
  static String normalized(String name) {
    return Path.of(name).normalize().toString();
  }

  /** The name for an image of a list without names: spread over 256 folders. */
  static String name(long key, ContentKind kind) {
    String digits = "%016x".formatted(key);
    return "images/" + digits.substring(0, 2) + "/" + digits + "." + kind.ending();
  }

  /**
   * Reads to the end and keeps what was read.
   *
   * @param name within the folder
   * @return nothing if there are more bytes than {@code most}
   * @throws IOException if the source fails
   * @throws RunFailedException if the image cannot be written
   */
  Optional<Received> receive(BufferedSource source, long key, String name, long most)
      throws IOException {
    MessageDigest sha256 = sha256();
    byte[] chunk = new byte[CHUNK];
    long bytes = 0;
    Path aside = folder.resolve(".parts").resolve("%016x".formatted(key));
    boolean whole = false;
    try (OutputStream out = keep ? created(aside) : OutputStream.nullOutputStream()) {
      for (int read = source.read(chunk); read >= 0; read = source.read(chunk)) {
        bytes += read;
        if (bytes > most) {
          return Optional.empty();
        }
        sha256.update(chunk, 0, read);
        write(out, chunk, read, aside);
      }
      whole = true;
    } finally {
      if (keep && !whole) {
        Files.deleteIfExists(aside);
      }
    }
    if (keep) {
      move(aside, folder.resolve(name));
    }
    return Optional.of(new Received(bytes, HexFormat.of().formatHex(sha256.digest())));
  }

  private static OutputStream created(Path aside) {
    try {
      Files.createDirectories(aside.getParent());
      return Files.newOutputStream(aside);
    } catch (IOException e) {
      throw failed(aside, e);
    }
  }

  private static void write(OutputStream out, byte[] chunk, int count, Path aside) {
    try {
      out.write(chunk, 0, count);
    } catch (IOException e) {
      throw failed(aside, e);
    }
  }

  private static void move(Path aside, Path place) {
    try {
      Files.createDirectories(place.getParent());
      Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(place, e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static RunFailedException failed(Path file, IOException e) {
    return new RunFailedException(
        file + " cannot be written: " + e,
        "free some space or see its permissions; the same command goes on from there",
        e);
  }
}
