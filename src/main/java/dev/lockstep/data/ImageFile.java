package dev.lockstep.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image that is a file of its own.
 *
 * @param name as the source writes it
 * @param path where that is
 */
record ImageFile(String name, Path path) implements SourceImage {
  static final long MAX_BYTES = 256L << 20;

  /** An image by its path, which counts from a folder; where it is no path, it is missing. */
  static SourceImage in(Path folder, String name) {
    try {
      if (!name.isEmpty()) {
        return new ImageFile(name, folder.resolve(name).normalize());
      }
    } catch (InvalidPathException e) {
      return new NoImage(name);
    }
    return new NoImage(name);
  }

  @Override
  public Optional<Path> file() {
    return Optional.of(path);
  }

  @Override
  public byte[] read() throws UnusableImageException {
    try {
      long size = Files.size(path);
      if (Files.isDirectory(path)) {
        throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, "a folder");
      }
      if (size == 0) {
        throw new UnusableImageException(DropReason.IMAGE_EMPTY, "0 bytes");
      }
      if (size > MAX_BYTES) {
        throw new UnusableImageException(
            DropReason.IMAGE_TOO_LARGE, size + " bytes; up to " + MAX_BYTES + " are read");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new UnusableImageException(DropReason.IMAGE_MISSING, "no such file: " + path);
    } catch (AccessDeniedException e) {
      throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, "access denied: " + path);
    } catch (IOException e) {
      throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, e.toString());
    }
  }
}
