package dev.lockstep.evaluate;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rank of the best right answer to each query, from 1: what scores are made of, and what tells
 * whether two models' scores really differ ({@link PairedBootstrap}).
 *
 * @param pairs rows that were scored
 * @param textToImage by caption, the rank of its best right image; a caption is named by its key in
 *     hexadecimal digits, which depends on nothing but its content
 * @param imageToText by image, the rank of its best right caption
 */
public record RetrievalRanks(
    int pairs, Map<String, Integer> textToImage, Map<String, Integer> imageToText) {

  static Map<String, Integer> byKey(long[] keys, int[] rows, int[] ranks) {
    Map<String, Integer> byKey = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      byKey.put("%016x".formatted(keys[rows[i]]), ranks[i]);
    }
    return byKey;
  }

  /**
   * Recall and ranks in both directions.
   *
   * @param recallAt the k of each recall
   */
  public RetrievalScores scores(Collection<Integer> recallAt) {
    return new RetrievalScores(
        pairs,
        imageToText.size(),
        textToImage.size(),
        RetrievalScores.Direction.of(array(textToImage), recallAt),
        RetrievalScores.Direction.of(array(imageToText), recallAt));
  }

  private static int[] array(Map<String, Integer> ranks) {
    return ranks.values().stream().mapToInt(Integer::intValue).toArray();
  }

  /** For {@code ranks.json}: {@code {"pairs", "textToImage": {KEY: RANK}, "imageToText": ...}}. */
  public String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("pairs", pairs);
    json.add("textToImage", object(textToImage));
    json.add("imageToText", object(imageToText));
    return json + "\n";
  }

  private static JsonObject object(Map<String, Integer> ranks) {
    JsonObject object = new JsonObject();
    ranks.forEach(object::addProperty);
    return object;
  }

  /**
   * What {@link #toJson} wrote.
   *
   * @throws InvalidInputException if the file is something else
   */
  public static RetrievalRanks read(Path file) {
    try {
      return JsonText.read(
          Files.readString(file),
          json ->
              new RetrievalRanks(
                  json.get("pairs").getAsInt(),
                  map(json.getAsJsonObject("textToImage")),
                  map(json.getAsJsonObject("imageToText"))));
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          file.toString(),
          "these are not ranks that a run has written: " + e.getMessage(),
          "delete the file; the comparison then goes without it",
          e);
    }
  }

  private static Map<String, Integer> map(JsonObject object) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    object.entrySet().forEach(e -> ranks.put(e.getKey(), e.getValue().getAsInt()));
    return ranks;
  }
}
