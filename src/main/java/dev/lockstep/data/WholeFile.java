package dev.lockstep.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a file aside and renames it: a reader never sees half of it, and where the disk is full
 * the old one stays.
 */
public final class WholeFile {
  private WholeFile() {}

  /** Writes a text in UTF-8. */
  public static void write(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
