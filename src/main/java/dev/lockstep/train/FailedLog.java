package dev.lockstep.train;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Path;

/** A file that a listener writes and the disk does not take. */
final class FailedLog {
  private FailedLog() {}

  static RunFailedException of(Path file, IOException cause) {
    return new RunFailedException(
        file + " cannot be written: " + cause.getMessage(),
        "make room on the disk (or set the rights of the folder), then run the same command again: "
            + "it goes on from the last checkpoint",
        cause);
  }
}
