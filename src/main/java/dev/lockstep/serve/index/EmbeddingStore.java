package dev.lockstep.serve.index;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Embeddings of image files on the disk, by file. {@code embeddings.f32} holds them, little-endian,
 * and {@code images.jsonl} a line for each. They are only ever added to, the embedding first, so
 * that a process may end at any moment: what has no whole line is cut off when it goes on.
 */
final class EmbeddingStore implements AutoCloseable {
  private static final Gson GSON = new Gson();

  /**
   * A line.
   *
   * @param changed the file's time in milliseconds; with the size, whether it is the same still
   * @param damaged whether it does not decode, and its embedding means nothing
   */
  private record Line(String file, long bytes, long changed, boolean damaged) {}

  private final int dimension;
  private final FileChannel embeddings;
  private final FileChannel lines;
  private final Map<Path, Integer> rows = new HashMap<>();
  private final Map<Path, Line> known = new HashMap<>();
  private int count;

  /**
   * @param folder is made
   */
  EmbeddingStore(Path folder, int dimension) {
    this.dimension = dimension;
    try {
      Files.createDirectories(folder);
      embeddings = open(folder.resolve("embeddings.f32"));
      lines = open(folder.resolve("images.jsonl"));
      readLines();
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private void readLines() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(lines.size()));
    while (all.hasRemaining() && lines.read(all, all.position()) >= 0) {}
    long whole = embeddings.size() / rowBytes();
    int start = 0;
    for (int i = 0; i < all.position() && count < whole; i++) {
      if (all.get(i) == '\n') {
        String text = new String(all.array(), start, i - start, StandardCharsets.UTF_8);
        if (!add(text)) {
          break;
        }
        start = i + 1;
      }
    }
    lines.truncate(start);
    embeddings.truncate(count * rowBytes());
    lines.position(start);
    embeddings.position(count * rowBytes());
  }

  private boolean add(String text) {
    try {
      add(GSON.fromJson(text, Line.class));
      return true;
    } catch (JsonSyntaxException | NullPointerException e) {
      return false;
    }
  }

  private void add(Line line) {
    Path file = Path.of(line.file());
    known.put(file, line);
    rows.put(file, count++);
  }

  /** Whether a file's embedding is there, and the file the same as then. */
  boolean has(Path file) {
    Line line = known.get(file);
    if (line == null) {
      return false;
    }
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.size() == line.bytes() && now.lastModifiedTime().toMillis() == line.changed();
    } catch (IOException e) {
      return true; // It cannot be embedded anew either.
    }
  }

  boolean isDamaged(Path file) {
    return known.get(file).damaged();
  }

  /** The number under which a file's embedding is kept; a file that has changed gets another. */
  int row(Path file) {
    return rows.get(file);
  }

  /**
   * Adds files with their embeddings.
   *
   * @param values for each file its embedding; null if it is damaged
   */
  void add(List<Path> files, List<float[]> values) {
    ByteBuffer floats =
        ByteBuffer.allocate(files.size() * Math.toIntExact(rowBytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder text = new StringBuilder();
    List<Line> added = new ArrayList<>();
    try {
      for (int i = 0; i < files.size(); i++) {
        float[] row = values.get(i) == null ? new float[dimension] : values.get(i);
        floats.asFloatBuffer().put(row);
        floats.position(floats.position() + row.length * Float.BYTES);
        Line line = line(files.get(i), values.get(i) == null);
        added.add(line);
        text.append(GSON.toJson(line)).append('\n');
      }
      write(embeddings, floats.flip());
      embeddings.force(false);
      write(lines, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
      lines.force(false);
    } catch (IOException e) {
      throw failed(files.get(0), e);
    }
    added.forEach(this::add);
  }

  private static Line line(Path file, boolean damaged) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Line(file.toString(), now.size(), now.lastModifiedTime().toMillis(), damaged);
    } catch (IOException e) {
      return new Line(file.toString(), 0, 0, true);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The embeddings of files that are there, row by row. */
  float[] read(List<Path> files) {
    float[] values = new float[Math.multiplyExact(files.size(), dimension)];
    ByteBuffer row =
        ByteBuffer.allocate(Math.toIntExact(rowBytes())).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (int i = 0; i < files.size(); i++) {
        row.clear();
        long at = rows.get(files.get(i)) * rowBytes();
        while (row.hasRemaining() && embeddings.read(row, at + row.position()) >= 0) {}
        row.flip().asFloatBuffer().get(values, i * dimension, dimension);
      }
      return values;
    } catch (IOException e) {
      throw failed(files.get(0), e);
    }
  }

  private long rowBytes() {
    return (long) dimension * Float.BYTES;
  }

  private static RunFailedException failed(Path where, IOException e) {
    return new RunFailedException(
        where + ": the index cannot be read or written: " + e.getMessage(),
        "see the folder's permissions and that the disk has room; what is embedded is kept",
        e);
  }

  @Override
  public void close() {
    try {
      embeddings.close();
      lines.close();
    } catch (IOException e) {
      throw new RunFailedException("the index cannot be closed: " + e, "see the disk", e);
    }
  }
}
