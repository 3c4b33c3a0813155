package dev.lockstep.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How often the right label is the first, and how often among the first five.
 *
 * @param images that were classified
 * @param left images that were not, because they do not decode
 * @param byClass for each label that an image has, in the labels' order
 */
public record ClassificationScores(
    int images, int left, double accuracyAt1, double accuracyAt5, List<OfClass> byClass) {
  private static final int FIVE = 5;

  /**
   * One label.
   *
   * @param images that have it
   */
  public record OfClass(String label, int images, double accuracyAt1, double accuracyAt5) {}

  /**
   * One image.
   *
   * @param guesses labels, the nearest first
   */
  public record Classified(String right, List<String> guesses) {}

  /**
   * @param labels in the order of the table
   * @param images one at least
   */
  public static ClassificationScores of(List<String> labels, List<Classified> images, int left) {
    Map<String, int[]> counts = new LinkedHashMap<>();
    labels.forEach(label -> counts.put(label, new int[3]));
    int first = 0;
    int amongFive = 0;
    for (Classified image : images) {
      int rank = image.guesses().indexOf(image.right());
      int[] count = counts.get(image.right());
      count[0]++;
      if (rank == 0) {
        count[1]++;
        first++;
      }
      if (rank >= 0 && rank < FIVE) {
        count[2]++;
        amongFive++;
      }
    }
    List<OfClass> byClass =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue()[0] > 0)
            .map(
                entry ->
                    new OfClass(
                        entry.getKey(),
                        entry.getValue()[0],
                        (double) entry.getValue()[1] / entry.getValue()[0],
                        (double) entry.getValue()[2] / entry.getValue()[0]))
            .toList();
    return new ClassificationScores(
        images.size(),
        left,
        (double) first / images.size(),
        (double) amongFive / images.size(),
        byClass);
  }

  /** {@code {"images", "left", "accuracyAt1", "accuracyAt5", "byClass": [...]}}, as fractions. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("images", images);
    json.addProperty("left", left);
    json.addProperty("accuracyAt1", accuracyAt1);
    json.addProperty("accuracyAt5", accuracyAt5);
    JsonArray classes = new JsonArray();
    for (OfClass one : byClass) {
      JsonObject of = new JsonObject();
      of.addProperty("label", one.label());
      of.addProperty("images", one.images());
      of.addProperty("accuracyAt1", one.accuracyAt1());
      of.addProperty("accuracyAt5", one.accuracyAt5());
      classes.add(of);
    }
    json.add("byClass", classes);
    return json;
  }

  /** A table for a terminal, ending with a newline. */
  public String toTable() {
    StringBuilder table =
        new StringBuilder(row("%8s %8s %8s  %s%n", "acc@1", "acc@5", "images", ""));
    for (OfClass one : byClass) {
      table.append(line(one.accuracyAt1(), one.accuracyAt5(), one.images(), one.label()));
    }
    table.append(line(accuracyAt1, accuracyAt5, images, "all"));
    if (left > 0) {
      table.append(row("%,d images do not decode and are left out%n", left));
    }
    return table.toString();
  }

  private static String line(double atOne, double atFive, int images, String label) {
    return row("%7.1f%% %7.1f%% %,8d  %s%n", 100 * atOne, 100 * atFive, images, label);
  }

  private static String row(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
