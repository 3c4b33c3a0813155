package dev.lockstep.pretrained;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.lockstep.error.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file: the length of the header, the header as JSON, then the tensors' bytes. As the
 * format's own reader does, it refuses a file whose tensors overlap or leave gaps.
 */
public final class SafetensorsFile extends StoredTensors {
  /** The bound that the format's own reader has. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private final SourceFile file;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /**
   * @throws InvalidInputException if there is no such file or it is not a safetensors file
   */
  public SafetensorsFile(Path path) {
    super(path);
    file = new SourceFile(path, "a safetensors file");
    try {
      readHeader();
    } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
      file.close();
      throw file.invalid("its header cannot be read: " + e.getMessage(), e);
    } catch (InvalidInputException e) {
      file.close();
      throw e;
    }
  }

  /** What the file says about itself, such as {@code format = pt}. */
  public Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  @Override
  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    file.close();
  }

  private void readHeader() throws IOException {
    if (file.size() < LENGTH_BYTES) {
      throw file.invalid("it has only " + file.size() + " bytes");
    }
    long length = file.read(0, LENGTH_BYTES).getLong();
    if (length < 2 || length > MAX_HEADER || !file.holds(LENGTH_BYTES, length)) {
      throw file.invalid(
          "its header is to have "
              + Long.toUnsignedString(length)
              + " bytes, but it has "
              + file.size());
    }
    ByteBuffer header = file.read(LENGTH_BYTES, length);
    List<Extent> extents = new ArrayList<>();
    try (JsonReader json =
        new JsonReader(
            new InputStreamReader(
                new ByteArrayInputStream(header.array()), StandardCharsets.UTF_8))) {
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (name.equals("__metadata__")) {
          readMetadata(json);
        } else {
          extents.add(readTensor(json, name, LENGTH_BYTES + length));
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new MalformedJsonException("more than one object");
      }
    }
    checkGapless(extents, LENGTH_BYTES + length);
  }

  private void readMetadata(JsonReader json) throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      metadata.put(json.nextName(), json.nextString());
    }
    json.endObject();
  }

  /** Where a tensor's bytes begin and end in the file. */
  private record Extent(String name, long begin, long end) {}

  private Extent readTensor(JsonReader json, String name, long dataBegin) throws IOException {
    ElementType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      switch (key) {
        case "dtype" -> type = type(name, json.nextString());
        case "shape" -> shape = readNumbers(json);
        case "data_offsets" -> offsets = readNumbers(json);
        default -> throw file.invalid(name + " has the key " + key + ", which the format has not");
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw file.invalid(name + " lacks its dtype, its shape or its two data_offsets");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin < 0 || end < begin || end > file.size() - dataBegin) {
      throw file.invalid(
          name + " is to stand in bytes " + offsets + " of " + (file.size() - dataBegin));
    }
    StoredTensor tensor = StoredTensor.of(file, name, type, dataBegin + begin, shape);
    if (tensor.shape().size() * type.bytes() != end - begin) {
      throw file.invalid(name + " is to be " + type + shape + " in " + (end - begin) + " bytes");
    }
    if (tensors.put(name, tensor) != null) {
      throw file.invalid(name + " is there twice");
    }
    return new Extent(name, dataBegin + begin, dataBegin + end);
  }

  private ElementType type(String name, String type) {
    return Arrays.stream(ElementType.values())
        .filter(known -> known.name().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                file.invalid(
                    name
                        + " has the dtype "
                        + type
                        + ", which is none of "
                        + Arrays.toString(ElementType.values())));
  }

  private static List<Long> readNumbers(JsonReader json) throws IOException {
    List<Long> numbers = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      if (numbers.size() == StoredTensor.MAX_DIMENSIONS) {
        throw new MalformedJsonException("more than " + numbers.size() + " numbers");
      }
      numbers.add(json.nextLong());
    }
    json.endArray();
    return numbers;
  }

  private void checkGapless(List<Extent> extents, long dataBegin) {
    extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
    long expected = dataBegin;
    for (Extent extent : extents) {
      if (extent.begin() != expected) {
        throw file.invalid(
            extent.name()
                + (extent.begin() < expected ? " overlaps the tensor" : " leaves a gap to the one")
                + " before it");
      }
      expected = extent.end();
    }
    if (expected != file.size()) {
      throw file.invalid((file.size() - expected) + " bytes stand behind the last tensor");
    }
  }
}
