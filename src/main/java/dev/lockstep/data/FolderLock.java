package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second process out of a folder; the death of the process that has it frees it. */
public final class FolderLock implements AutoCloseable {
  /** The file's name in the folder. */
  public static final String FILE = ".lock";

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * @param folder one that there is
   * @param found what to say where another process, or this one, has it
   * @param advice what to do then
   * @throws InvalidInputException if another process, or this one, has it
   * @throws IOException if the folder cannot be written
   */
  public static FolderLock take(Path folder, String found, String advice) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock taken = null;
    try {
      taken = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // By this very process; told below like any other.
    }
    if (taken == null) {
      channel.close();
      throw new InvalidInputException(folder.toString(), found, advice);
    }
    return new FolderLock(folder, channel);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new RunFailedException(folder + ": " + e.getMessage(), "see the disk", e);
    }
  }
}
