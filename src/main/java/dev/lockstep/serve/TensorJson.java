package dev.lockstep.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import dev.lockstep.serve.model.TensorValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Tensors as nested lists of JSON, as TensorFlow Serving's REST has them. */
final class TensorJson {
  private static final String B64 = "b64";

  private TensorJson() {}

  /**
   * Reads an input.
   *
   * @throws RefusedException if it is not of the type and shape that the signature has
   */
  static TensorValue read(String name, JsonElement json, TensorInfo info) {
    TensorShapeProto expected = info.getTensorShape();
    int[] shape = new int[expected.getDimCount()];
    JsonElement first = json;
    for (int i = 0; i < shape.length; i++) {
      if (first == null || !first.isJsonArray()) {
        throw wrongShape(name, expected);
      }
      shape[i] = first.getAsJsonArray().size();
      long size = expected.getDim(i).getSize();
      if (size >= 0 && size != shape[i]) {
        throw wrongShape(name, expected);
      }
      first = shape[i] == 0 ? null : first.getAsJsonArray().get(0);
    }
    List<JsonElement> elements = new ArrayList<>();
    collect(name, json, shape, 0, elements, expected);
    return value(name, shape, elements, info.getDtype());
  }

  private static void collect(
      String name,
      JsonElement json,
      int[] shape,
      int depth,
      List<JsonElement> elements,
      TensorShapeProto expected) {
    if (depth == shape.length) {
      if (json.isJsonArray()) {
        throw wrongShape(name, expected);
      }
      elements.add(json);
      return;
    }
    if (!json.isJsonArray()) {
      throw wrongShape(name, expected);
    }
    JsonArray array = json.getAsJsonArray();
    if (array.size() != shape[depth]) {
      throw invalid(
          "input '%s': rows differ in length: %d and %d"
              .formatted(name, shape[depth], array.size()));
    }
    for (JsonElement element : array) {
      collect(name, element, shape, depth + 1, elements, expected);
    }
  }

  private static TensorValue value(
      String name, int[] shape, List<JsonElement> elements, DataType type) {
    int size = elements.size();
    switch (type) {
      case DT_INT32 -> {
        int[] data = new int[size];
        for (int i = 0; i < size; i++) {
          data[i] = whole(name, elements.get(i), Integer.MIN_VALUE, Integer.MAX_VALUE, "int32");
        }
        return new TensorValue(type, shape, data);
      }
      case DT_UINT8 -> {
        byte[] data = new byte[size];
        for (int i = 0; i < size; i++) {
          data[i] = (byte) whole(name, elements.get(i), 0, 255, "uint8");
        }
        return new TensorValue(type, shape, data);
      }
      case DT_STRING -> {
        byte[][] data = new byte[size][];
        for (int i = 0; i < size; i++) {
          data[i] = string(name, elements.get(i));
        }
        return new TensorValue(type, shape, data);
      }
      default -> throw invalid("input '" + name + "' is of type " + type + ", which is not read");
    }
  }

  /** By way of a double: the digits of a number such as 1e999999999 are never written out. */
  private static int whole(String name, JsonElement json, int min, int max, String type) {
    if (json instanceof JsonPrimitive primitive && primitive.isNumber()) {
      double number = primitive.getAsDouble();
      if (number == Math.rint(number) && number >= min && number <= max) {
        return (int) number;
      }
    }
    throw wrongType(name, json, type);
  }

  private static byte[] string(String name, JsonElement json) {
    if (isB64(json)) {
      return b64(json.getAsJsonObject());
    }
    if (json instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString().getBytes(StandardCharsets.UTF_8);
    }
    throw wrongType(name, json, "string");
  }

  /** Whether it is bytes in the form {@code {"b64": "..."}}, which is a value and no object. */
  static boolean isB64(JsonElement json) {
    return json.isJsonObject()
        && json.getAsJsonObject().size() == 1
        && json.getAsJsonObject().has(B64);
  }

  /**
   * The bytes of {@code {"b64": "..."}}.
   *
   * @throws RefusedException if they are not base64
   */
  static byte[] b64(JsonObject json) {
    try {
      return Base64.getDecoder().decode(json.get(B64).getAsString());
    } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
      throw invalid("JSON Value: the value of 'b64' is not base64");
    }
  }

  /** Appends one row of an output. */
  static void write(StringBuilder out, TensorValue value, int row) {
    write(out, value, 1, row * value.rowSize());
  }

  /** Appends an output. */
  static void write(StringBuilder out, TensorValue value) {
    write(out, value, 0, 0);
  }

  private static int write(StringBuilder out, TensorValue value, int depth, int at) {
    if (depth == value.shape().length) {
      if (value.type() == DataType.DT_BOOL) {
        out.append(value.flags()[at]);
      } else {
        out.append(value.floats()[at]);
      }
      return at + 1;
    }
    out.append('[');
    int next = at;
    for (int i = 0; i < value.shape()[depth]; i++) {
      if (i > 0) {
        out.append(',');
      }
      next = write(out, value, depth + 1, next);
    }
    out.append(']');
    return next;
  }

  private static RefusedException wrongShape(String name, TensorShapeProto expected) {
    List<String> sides =
        expected.getDimList().stream()
            .map(d -> d.getSize() < 0 ? d.getName() : String.valueOf(d.getSize()))
            .toList();
    return invalid("input '%s' must be a list of shape %s".formatted(name, sides));
  }

  private static RefusedException wrongType(String name, JsonElement json, String type) {
    String text = json.toString();
    return invalid(
        "JSON Value: %s Type: %s is not of expected type: %s (input '%s')"
            .formatted(
                text.length() > 40 ? text.substring(0, 40) + "..." : text, kind(json), type, name));
  }

  private static String kind(JsonElement json) {
    if (json.isJsonObject()) {
      return "Object";
    }
    if (json.isJsonArray()) {
      return "Array";
    }
    if (json instanceof JsonPrimitive primitive) {
      return primitive.isString() ? "String" : primitive.isNumber() ? "Number" : "Boolean";
    }
    return "Null";
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }
}
