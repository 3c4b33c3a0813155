package dev.lockstep.config;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * JSON that may have been cut off, or be of another program: whatever is wrong is one exception.
 */
public final class JsonText {
  private JsonText() {}

  /** As {@link #read}, for whoever puts it somewhere. */
  public static void take(String text, Consumer<JsonObject> fields) {
    read(
        text,
        json -> {
          fields.accept(json);
          return json;
        });
  }

  /**
   * What a JSON object says.
   *
   * @param fields takes it from the object; it need not look whether a field is there, or of the
   *     type that it takes it for
   * @throws JsonParseException if the text is no JSON object, or its fields are others
   */
  public static <T> T read(String text, Function<JsonObject, T> fields) {
    try {
      return fields.apply(JsonParser.parseString(text).getAsJsonObject());
    } catch (IllegalStateException
        | NullPointerException
        | NumberFormatException
        | ClassCastException
        | UnsupportedOperationException e) {
      throw new JsonParseException(String.valueOf(e.getMessage()), e);
    }
  }
}
