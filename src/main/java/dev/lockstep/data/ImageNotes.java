package dev.lockstep.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What is known of the images of kept rows besides what their records hold: kept beside the shards
 * while these are made, for {@link EarlierImages}.
 */
final class ImageNotes implements AutoCloseable {
  static final String FILE = "images.bin";

  /** Of a note with its checksum. */
  static final int BYTES = 3 * Long.BYTES + 3 * Integer.BYTES;

  /** Few, so that a process that is killed loses few. */
  private static final int NOTES_AT_ONCE = 16;

  private final OutputStream file;
  private final OutputStream out;

  /**
   * @param row of the source
   * @param imageKey and the rest as in {@link ImageConverter.Converted}
   */
  record Note(long row, long imageKey, long look, int width, int height) {
    /** The note that some bytes hold; nothing where they hold none. */
    static Optional<Note> of(byte[] bytes) {
      if (bytes.length < BYTES) {
        return Optional.empty();
      }
      ByteBuffer fields = ByteBuffer.wrap(bytes);
      Note note =
          new Note(
              fields.getLong(),
              fields.getLong(),
              fields.getLong(),
              fields.getInt(),
              fields.getInt());
      return fields.getInt() == checksum(bytes) ? Optional.of(note) : Optional.empty();
    }

    byte[] toBytes() {
      byte[] bytes = new byte[BYTES];
      ByteBuffer fields =
          ByteBuffer.wrap(bytes)
              .putLong(row)
              .putLong(imageKey)
              .putLong(look)
              .putInt(width)
              .putInt(height);
      fields.putInt(checksum(bytes));
      return bytes;
    }

    private static int checksum(byte[] bytes) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, BYTES - Integer.BYTES);
      return (int) crc.getValue();
    }
  }

  ImageNotes(OutputStream file) {
    this.file = file;
    this.out = new BufferedOutputStream(file, NOTES_AT_ONCE * BYTES);
  }

  void add(long row, ImageConverter.Converted image) throws IOException {
    out.write(
        new Note(row, image.imageKey(), image.look(), image.width(), image.height()).toBytes());
  }

  /** Without what waits to be written: nobody reads the notes of a preparation that has ended. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
