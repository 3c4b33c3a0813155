package dev.lockstep.data;

import dev.lockstep.data.ImageNotes.Note;
import dev.lockstep.error.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The images that an earlier preparation of the same data converted before it was cut off, from the
 * shards that it left. They are asked for in the order of the rows, while the shards are written
 * again; at the first thing that is not as it should be they end, and the rest is converted.
 */
final class EarlierImages implements AutoCloseable {
  /** The records of one part, shard after shard. */
  private static final class Records implements AutoCloseable {
    private final Path folder;
    private final String name;
    private int shard;
    private TfRecordReader reader;

    Records(Path folder, String name) {
      this.folder = folder;
      this.name = name;
    }

    ImageTextRecord next() {
      if (reader != null && !reader.hasNext()) {
        reader.close();
        reader = null;
        shard++;
      }
      if (reader == null) {
        reader = new TfRecordReader(ShardSet.aside(folder, name, shard));
      }
      return ImageTextRecord.parse(reader.next());
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
    }
  }

  private final SplitSpec split;
  private final Map<Split, Records> parts = new EnumMap<>(Split.class);
  private final long count;
  private final InputStream notes;
  private Optional<Note> next;

  /**
   * @param folder with what was left, if anything was
   */
  EarlierImages(Path folder, SplitSpec split) throws IOException {
    this.split = split;
    for (Split part : Split.values()) {
      parts.put(part, new Records(folder, SplitShards.name(split, part)));
    }
    Path file = folder.resolve(ImageNotes.FILE + ShardSet.ASIDE);
    boolean left = Files.exists(file);
    count = left ? Files.size(file) / ImageNotes.BYTES : 0;
    notes =
        left ? new BufferedInputStream(Files.newInputStream(file)) : InputStream.nullInputStream();
    next = read();
  }

  /** How many there are, at most. */
  long count() {
    return count;
  }

  /** The image of a row, if it is there. */
  Optional<ImageConverter.Converted> take(long row, Caption caption) {
    if (next.isEmpty() || next.get().row() > row) {
      return Optional.empty();
    }
    Note note = next.get();
    try {
      ImageTextRecord record = parts.get(split.of(note.imageKey())).next();
      if (note.row() == row
          && record.row() == row
          && record.imageKey() == note.imageKey()
          && record.text().equals(caption.text())) {
        next = read();
        return Optional.of(
            new ImageConverter.Converted(
                record.image(), note.imageKey(), note.look(), note.width(), note.height()));
      }
    } catch (InvalidInputException | IllegalArgumentException e) {
      // Cut short, as the last records are where a process was killed.
    }
    next = Optional.empty();
    return Optional.empty();
  }

  private Optional<Note> read() {
    try {
      return Note.of(notes.readNBytes(ImageNotes.BYTES));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    parts.values().forEach(Records::close);
    try {
      notes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
