package dev.lockstep.pretrained;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.tensorflow.ndarray.Shape;

/**
 * Writes float32 tensors as a safetensors file, one at a time. The same tensors give the same
 * bytes: the names are sorted, as the format's own writer does.
 */
public final class SafetensorsWriter {
  /** What transformers asks of a file before it loads it. */
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private static final int ALIGNMENT = 8;
  private static final int PIECE = 1 << 18;

  private SafetensorsWriter() {}

  /**
   * Writes beside the file and renames at the end, so that there is never half a file.
   *
   * @param shapes of the tensors, by name
   * @param values gives a tensor's elements row by row; asked once for each name
   * @throws RunFailedException if the file cannot be written
   */
  public static void write(Path path, Map<String, Shape> shapes, Function<String, float[]> values) {
    Path part = path.resolveSibling(path.getFileName() + ".part");
    SortedMap<String, Shape> sorted = new TreeMap<>(shapes);
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeAll(channel, header(sorted));
        ByteBuffer piece =
            ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Map.Entry<String, Shape> tensor : sorted.entrySet()) {
          float[] elements = values.apply(tensor.getKey());
          if (elements.length != tensor.getValue().size()) {
            throw new IllegalArgumentException(
                tensor.getKey() + tensor.getValue() + " has " + elements.length + " elements");
          }
          for (int at = 0; at < elements.length; at += PIECE) {
            int count = Math.min(PIECE, elements.length - at);
            piece.clear().asFloatBuffer().put(elements, at, count);
            writeAll(channel, piece.limit(count * Float.BYTES));
          }
        }
        channel.force(true);
      }
      Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RunFailedException(
          path + ": it could not be written: " + e.getMessage(),
          "see that the folder is there and the disk has room",
          e);
    } finally {
      delete(part);
    }
  }

  private static ByteBuffer header(SortedMap<String, Shape> tensors) {
    JsonObject header = new JsonObject();
    JsonObject metadata = new JsonObject();
    METADATA.forEach(metadata::addProperty);
    header.add("__metadata__", metadata);
    long begin = 0;
    for (Map.Entry<String, Shape> tensor : tensors.entrySet()) {
      long end = begin + tensor.getValue().size() * Float.BYTES;
      JsonObject description = new JsonObject();
      description.addProperty("dtype", ElementType.F32.name());
      description.add("shape", array(tensor.getValue().asArray()));
      description.add("data_offsets", array(begin, end));
      header.add(tensor.getKey(), description);
      begin = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] spaced = Arrays.copyOf(json, padded);
    Arrays.fill(spaced, json.length, padded, (byte) ' ');
    return ByteBuffer.allocate(Long.BYTES + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(padded)
        .put(spaced)
        .flip();
  }

  private static JsonArray array(long... numbers) {
    JsonArray array = new JsonArray();
    for (long number : numbers) {
      array.add(number);
    }
    return array;
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw new RunFailedException(
          part + ": it could not be deleted: " + e.getMessage(), "delete it by hand", e);
    }
  }
}
