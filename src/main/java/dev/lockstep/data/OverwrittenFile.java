package dev.lockstep.data;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Writes a file from its beginning over what is there, and ends it where the writing ends. What was
 * cut off is so written again, the same bytes over themselves, and is never shorter than it was.
 */
final class OverwrittenFile extends FileOutputStream {
  private final RandomAccessFile file;
  private boolean closed;

  OverwrittenFile(Path path) throws IOException {
    this(new RandomAccessFile(path.toFile(), "rw"));
  }

  private OverwrittenFile(RandomAccessFile file) throws IOException {
    super(file.getFD());
    this.file = file;
  }

  /** Ends the file here, and waits until it is on the disk. */
  void force() throws IOException {
    file.setLength(file.getFilePointer());
    file.getFD().sync();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        file.setLength(file.getFilePointer());
      } finally {
        super.close();
        file.close();
      }
    }
  }
}
