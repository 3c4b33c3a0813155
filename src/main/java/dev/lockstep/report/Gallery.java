package dev.lockstep.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Captions with the images that a model finds for them.
 *
 * @param queries in the order in which they are shown
 */
public record Gallery(List<Query> queries) {

  /**
   * A caption and what was found.
   *
   * @param rank the rank of the best right image, from 1
   * @param images how many images were searched
   * @param nearest the nearest images, best first
   * @param missed the best right image, where it is not among the nearest
   */
  public record Query(
      String caption, int rank, int images, List<Picture> nearest, Optional<Picture> missed) {}

  /**
   * A small image (128 pixels or fewer on a side; the report carries all of them).
   *
   * @param png the bytes of a PNG file
   * @param similarity its cosine with the caption
   * @param right whether it is a right answer
   */
  public record Picture(byte[] png, float similarity, boolean right) {}

  /** For {@code gallery.json}; pictures in Base64. */
  String toJson() {
    JsonArray array = new JsonArray();
    for (Query query : queries) {
      JsonObject object = new JsonObject();
      object.addProperty("caption", query.caption);
      object.addProperty("rank", query.rank);
      object.addProperty("images", query.images);
      JsonArray nearest = new JsonArray();
      query.nearest.forEach(picture -> nearest.add(toJson(picture)));
      object.add("nearest", nearest);
      query.missed.ifPresent(picture -> object.add("missed", toJson(picture)));
      array.add(object);
    }
    JsonObject gallery = new JsonObject();
    gallery.add("queries", array);
    return gallery.toString();
  }

  private static JsonObject toJson(Picture picture) {
    JsonObject object = new JsonObject();
    object.addProperty("similarity", picture.similarity);
    object.addProperty("right", picture.right);
    object.addProperty("png", Base64.getEncoder().encodeToString(picture.png));
    return object;
  }

  /**
   * @throws InvalidInputException if the file is not what {@link #toJson} wrote
   */
  static Gallery read(Path file) {
    try {
      return JsonText.read(
          Files.readString(file),
          json ->
              new Gallery(
                  json.getAsJsonArray("queries").asList().stream().map(Gallery::query).toList()));
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          file.toString(),
          "this is not a gallery that a run has written: " + e.getMessage(),
          "delete the file; the report is then made without pictures",
          e);
    }
  }

  private static Query query(JsonElement element) {
    JsonObject object = element.getAsJsonObject();
    return new Query(
        object.get("caption").getAsString(),
        object.get("rank").getAsInt(),
        object.get("images").getAsInt(),
        object.getAsJsonArray("nearest").asList().stream().map(Gallery::picture).toList(),
        Optional.ofNullable(object.get("missed")).map(Gallery::picture));
  }

  private static Picture picture(JsonElement element) {
    JsonObject object = element.getAsJsonObject();
    return new Picture(
        Base64.getDecoder().decode(object.get("png").getAsString()),
        object.get("similarity").getAsFloat(),
        object.get("right").getAsBoolean());
  }
}
