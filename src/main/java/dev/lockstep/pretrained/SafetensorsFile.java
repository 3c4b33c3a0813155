package dev.lockstep.pretrained;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.lockstep.error.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/**
 * A safetensors file: the length of the header, the header as JSON, then the tensors' bytes.
 * Nothing in it is trusted: lengths and offsets are checked against the file before memory is taken
 * for them.
 */
public final class SafetensorsFile implements Closeable {
  /** The bound that the format's own reader has. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private static final Map<String, Integer> ELEMENT_BYTES =
      Map.ofEntries(
          Map.entry("F64", 8),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F32", 4),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("I8", 1),
          Map.entry("U8", 1),
          Map.entry("BOOL", 1));

  /** A tensor's place in the file; offsets count from the file's beginning. */
  private record Entry(String type, Shape shape, long begin, long end) {}

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * @throws InvalidInputException if there is no such file or it is not a safetensors file
   */
  @SuppressWarnings("this-escape")
  public SafetensorsFile(Path path) {
    this.path = path;
    try {
      channel = FileChannel.open(path);
    } catch (NoSuchFileException e) {
      throw invalid("there is no such file", e);
    } catch (IOException e) {
      throw invalid("it cannot be read: " + e.getMessage(), e);
    }
    try {
      readHeader();
    } catch (IOException | JsonParseException | IllegalStateException | ClassCastException e) {
      close();
      throw invalid("its header cannot be read: " + e.getMessage(), e);
    } catch (InvalidInputException e) {
      close();
      throw e;
    }
  }

  public Set<String> names() {
    return Set.copyOf(entries.keySet());
  }

  public Shape shape(String name) {
    return entry(name).shape();
  }

  /**
   * A tensor as float32, whatever floating type or integer the file holds.
   *
   * @throws InvalidInputException if there is no such tensor or the file ends too early
   */
  public float[] floats(String name) {
    Entry entry = entry(name);
    ByteBuffer bytes = read(entry.begin(), entry.end() - entry.begin());
    float[] values = new float[Math.toIntExact(entry.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (entry.type()) {
            case "F32" -> bytes.getFloat(4 * i);
            case "F16" -> halfToFloat(bytes.getShort(2 * i));
            case "BF16" -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
            case "F64" -> (float) bytes.getDouble(8 * i);
            case "I64" -> bytes.getLong(8 * i);
            case "I32" -> bytes.getInt(4 * i);
            default -> throw invalid(name + " has type " + entry.type(), null);
          };
    }
    return values;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void readHeader() throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw invalid("it is too short to be a safetensors file (" + size + " bytes)", null);
    }
    long length = read(0, LENGTH_BYTES).getLong();
    if (length < 2 || length > MAX_HEADER || length > size - LENGTH_BYTES) {
      throw invalid("its header says that it is " + length + " bytes long", null);
    }
    String json = StandardCharsets.UTF_8.decode(read(LENGTH_BYTES, length)).toString();
    long dataBegin = LENGTH_BYTES + length;
    for (Map.Entry<String, JsonElement> tensor :
        JsonParser.parseString(json).getAsJsonObject().entrySet()) {
      if (!tensor.getKey().equals("__metadata__")) {
        entries.put(
            tensor.getKey(),
            entry(tensor.getKey(), tensor.getValue().getAsJsonObject(), dataBegin, size));
      }
    }
  }

  private Entry entry(String name, JsonObject description, long dataBegin, long size) {
    String type = description.get("dtype").getAsString();
    JsonArray dimensions = description.getAsJsonArray("shape");
    JsonArray offsets = description.getAsJsonArray("data_offsets");
    long[] shape = new long[dimensions.size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dimensions.get(i).getAsLong();
      if (shape[i] < 0) {
        throw invalid(name + " has a negative dimension", null);
      }
      elements = Math.multiplyExact(elements, shape[i]);
    }
    long begin = offsets.get(0).getAsLong();
    long end = offsets.get(1).getAsLong();
    Integer bytes = ELEMENT_BYTES.get(type);
    if (bytes == null
        || begin < 0
        || end < begin
        || end > size - dataBegin
        || end - begin != Math.multiplyExact(elements, (long) bytes)) {
      throw invalid(name + " says it is " + type + " " + dimensions + " in bytes " + offsets, null);
    }
    return new Entry(type, Shape.of(shape), dataBegin + begin, dataBegin + end);
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw invalid("it has no tensor " + name, null);
    }
    return entry;
  }

  private ByteBuffer read(long begin, long length) {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, begin + buffer.position()) < 0) {
          throw invalid("it ends too early", null);
        }
      }
    } catch (IOException e) {
      throw invalid("it cannot be read: " + e.getMessage(), e);
    }
    return buffer.flip();
  }

  private InvalidInputException invalid(String found, Exception cause) {
    return new InvalidInputException(
        path.toString(), found, "expected a safetensors file; see that it was copied whole", cause);
  }

  /** IEEE 754 binary16 to float. */
  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) {
      float value = fraction * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  }
}
