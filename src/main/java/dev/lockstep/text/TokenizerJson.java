package dev.lockstep.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The vocabulary in a {@code tokenizer.json}, the one file that newer transformers write. */
final class TokenizerJson {
  private static final String TYPE = "WordPiece";

  private TokenizerJson() {}

  /**
   * @param text the file's content
   * @return the tokens by their ids
   * @throws InvalidInputException if it is no such file, or of another model than WordPiece
   */
  static List<String> tokens(Path file, String text) {
    try {
      return JsonText.read(text, json -> tokens(file, json.getAsJsonObject("model")));
    } catch (JsonParseException e) {
      throw new InvalidInputException(
          file.toString(),
          "it is not a tokenizer.json with a vocabulary whose ids are 0, 1, 2, ...: "
              + e.getMessage(),
          "use the file that transformers wrote, or a vocab.txt",
          e);
    }
  }

  private static List<String> tokens(Path file, JsonObject model) {
    String type = model.get("type").getAsString();
    if (!type.equals(TYPE)) {
      throw new InvalidInputException(
          file.toString(),
          "its tokens are made by " + type,
          "use a model with BERT's tokens: " + TYPE + " is what Lockstep reads");
    }
    Map<String, JsonElement> vocabulary = model.getAsJsonObject("vocab").asMap();
    List<String> tokens = new ArrayList<>(Collections.nCopies(vocabulary.size(), ""));
    vocabulary.forEach((token, id) -> tokens.set(id.getAsInt(), named(token, id.getAsInt())));
    return tokens;
  }

  /**
   * Of BERT's Chinese token U+2028 the writers leave nothing; no text holds it, so any name does.
   */
  private static String named(String token, int id) {
    return token.isEmpty() ? "[blank" + id + "]" : token;
  }
}
