package dev.lockstep.data;

import java.nio.file.Path;
import java.util.Optional;

/** The image of a pair, where its source has it. */
public interface SourceImage {
  /** What it is called in messages: a path, or a member of an archive. */
  String name();

  /** The file that holds nothing but the image, if there is one. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /**
   * The bytes of the image file. May be called on any thread while the source is read.
   *
   * @throws UnusableImageException with the reason, if there is none, or it cannot be read
   */
  byte[] read() throws UnusableImageException;
}
