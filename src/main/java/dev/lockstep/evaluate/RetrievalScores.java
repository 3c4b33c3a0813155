package dev.lockstep.evaluate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How well each side finds the other.
 *
 * @param pairs rows that were scored
 * @param images different images
 * @param texts different captions
 */
public record RetrievalScores(
    int pairs, int images, int texts, Direction textToImage, Direction imageToText) {
  private static final String RECALL = "recallAt";

  /**
   * One direction.
   *
   * @param recallAt for each k, the share of queries with a right answer among the first k, 0 to 1
   * @param meanRank mean over the queries of the rank of the best right answer, from 1
   * @param medianRank the median of the same; for an even count the mean of the middle two
   */
  public record Direction(SortedMap<Integer, Double> recallAt, double meanRank, double medianRank) {

    /**
     * From the rank of each query.
     *
     * @param recallAt the k of each recall
     */
    static Direction of(int[] ranks, Collection<Integer> recallAt) {
      int[] sorted = ranks.clone();
      Arrays.sort(sorted);
      SortedMap<Integer, Double> recall = new TreeMap<>();
      for (int k : recallAt) {
        long found = Arrays.stream(sorted).takeWhile(rank -> rank <= k).count();
        recall.put(k, (double) found / sorted.length);
      }
      double mean = Arrays.stream(sorted).average().orElseThrow();
      int middle = sorted.length / 2;
      double median =
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
      return new Direction(recall, mean, median);
    }

    private JsonObject toJson() {
      JsonObject json = new JsonObject();
      recallAt.forEach((k, recall) -> json.addProperty(RECALL + k, recall));
      json.addProperty("meanRank", meanRank);
      json.addProperty("medianRank", medianRank);
      return json;
    }

    private static Direction fromJson(JsonObject json) {
      SortedMap<Integer, Double> recallAt = new TreeMap<>();
      for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
        if (entry.getKey().startsWith(RECALL)) {
          recallAt.put(
              Integer.valueOf(entry.getKey().substring(RECALL.length())),
              entry.getValue().getAsDouble());
        }
      }
      return new Direction(
          recallAt, json.get("meanRank").getAsDouble(), json.get("medianRank").getAsDouble());
    }
  }

  /**
   * The scores as {@code lockstep evaluate --json} and {@code metrics.jsonl} hold them: {@code
   * {"pairs", "images", "texts", "textToImage": {"recallAt1", ..., "meanRank", "medianRank"},
   * "imageToText": {...}}}, recall as fractions.
   */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("pairs", pairs);
    json.addProperty("images", images);
    json.addProperty("texts", texts);
    json.add("textToImage", textToImage.toJson());
    json.add("imageToText", imageToText.toJson());
    return json;
  }

  /**
   * The scores that {@link #toJson} wrote.
   *
   * @throws RuntimeException if a value is missing or is no number
   */
  public static RetrievalScores fromJson(JsonObject json) {
    return new RetrievalScores(
        json.get("pairs").getAsInt(),
        json.get("images").getAsInt(),
        json.get("texts").getAsInt(),
        Direction.fromJson(json.getAsJsonObject("textToImage")),
        Direction.fromJson(json.getAsJsonObject("imageToText")));
  }

  /** A small table for a terminal, ending with a newline. */
  public String toTable() {
    StringBuilder table = new StringBuilder(row("%-15s", ""));
    textToImage.recallAt.keySet().forEach(k -> table.append(row("%8s", "R@" + k)));
    table.append(row("%11s%13s\n", "mean rank", "median rank"));
    appendDirection(table, "text to image", textToImage);
    appendDirection(table, "image to text", imageToText);
    return table
        .append(row("%,d pairs: %,d captions, %,d images\n", pairs, texts, images))
        .toString();
  }

  private static void appendDirection(StringBuilder table, String name, Direction direction) {
    table.append(row("%-15s", name));
    direction.recallAt.values().forEach(recall -> table.append(row("%7.1f%%", 100 * recall)));
    table.append(row("%11.1f%13.1f\n", direction.meanRank, direction.medianRank));
  }

  private static String row(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
