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

  /**
   * The object that a text holds.
   *
   * @throws JsonParseException if it holds something else
   */
  public static JsonObject object(String text) {
    return read(text, json -> json);
  }

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
   * @param fields takes it from the object; it need not look whether a field is there, of the type
   *     that it takes it for, or one of the names that it knows
   * @throws JsonParseException if the text is no JSON object, or its fields are others; the message
   *     is for whoever has the file
   */
  public static <T> T read(String text, Function<JsonObject, T> fields) {
    try {
      return fields.apply(JsonParser.parseString(text).getAsJsonObject());
    } catch (NullPointerException e) {
      throw new JsonParseException("a field is missing", e);
    } catch (ClassCastException | UnsupportedOperationException e) {
      throw new JsonParseException("a field is of another type", e);
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new JsonParseException(String.valueOf(e.getMessage()), e);
    }
  }
}
