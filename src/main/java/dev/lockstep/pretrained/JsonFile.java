package dev.lockstep.pretrained;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The small JSON files that stand beside weights. */
final class JsonFile {
  private static final long MAX_BYTES = 64 << 20;

  private JsonFile() {}

  /**
   * @throws InvalidInputException if there is none, or it does not hold one JSON object
   */
  static JsonObject read(Path path) {
    try (SourceFile file = new SourceFile(path, "a JSON file")) {
      if (file.size() > MAX_BYTES) {
        throw file.invalid("it has " + file.size() + " bytes, more than " + MAX_BYTES);
      }
      String text = StandardCharsets.UTF_8.decode(file.read(0, file.size())).toString();
      return JsonText.object(text);
    } catch (JsonParseException e) {
      throw invalid(path, "it is not a JSON object: " + e.getMessage(), e);
    }
  }

  static InvalidInputException invalid(Path path, String found, Exception cause) {
    return new InvalidInputException(
        path.toString(), found, "see that the folder was copied whole", cause);
  }
}
