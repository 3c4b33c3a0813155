package dev.lockstep.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.serve.index.ImageEntry;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.index.Projection;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.ModelVersion;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * {@code GET /space}: where images and their captions lie to each other, by the two principal
 * components of their embeddings. Of many images a part is shown, evenly taken.
 */
final class SpaceEndpoint {
  private static final int MOST_IMAGES = 2000;
  private static final int TEXTS_AT_ONCE = 128;

  /** Four places after the point are finer than a screen. */
  private static final double PRECISION = 1e4;

  private final ModelFolder models;
  private final ImageIndexes indexes;
  private String made = "";
  private String answer = "";

  SpaceEndpoint(ModelFolder models, ImageIndexes indexes) {
    this.models = models;
    this.indexes = indexes;
  }

  void get(Context context) {
    ModelVersion version = models.current();
    ImageIndex index = indexes.of(version);
    context.future(
        () ->
            CompletableFuture.supplyAsync(() -> json(version, index))
                .thenAccept(json -> context.contentType("application/json").result(json)));
  }

  /** Made once for each version: who asks meanwhile waits. */
  private synchronized String json(ModelVersion version, ImageIndex index) {
    if (!made.equals(version.fingerprint())) {
      answer = space(version, index).toString();
      made = version.fingerprint();
    }
    return answer;
  }

  private static JsonObject space(ModelVersion version, ImageIndex index) {
    List<Integer> images = new ArrayList<>();
    int step = (index.size() + MOST_IMAGES - 1) / MOST_IMAGES;
    for (int image = 0; image < index.size(); image += step) {
      images.add(image);
    }
    List<Integer> captioned =
        images.stream().filter(image -> !index.entry(image).captions().isEmpty()).toList();
    List<float[]> vectors = new ArrayList<>();
    images.forEach(image -> vectors.add(index.embedding(image)));
    for (int from = 0; from < captioned.size(); from += TEXTS_AT_ONCE) {
      List<String> texts =
          captioned.subList(from, Math.min(captioned.size(), from + TEXTS_AT_ONCE)).stream()
              .map(image -> index.entry(image).captions().get(0))
              .toList();
      vectors.addAll(List.of(version.embedOwnTexts(texts)));
    }
    Projection projection = Projection.of(vectors);
    JsonArray points = new JsonArray();
    for (int i = 0; i < vectors.size(); i++) {
      boolean isImage = i < images.size();
      int image = isImage ? images.get(i) : captioned.get(i - images.size());
      points.add(point(projection.points()[i], image, index.entry(image), isImage));
    }
    JsonArray shares = new JsonArray();
    for (double share : projection.shares()) {
      shares.add(rounded(share));
    }
    JsonObject json = new JsonObject();
    json.add("shares", shares);
    json.addProperty("images", images.size());
    json.addProperty("of", index.size());
    json.addProperty("texts", captioned.size());
    json.add("points", points);
    return json;
  }

  private static JsonObject point(double[] place, int image, ImageEntry entry, boolean isImage) {
    JsonObject point = new JsonObject();
    point.addProperty("kind", isImage ? "image" : "text");
    point.addProperty("x", rounded(place[0]));
    point.addProperty("y", rounded(place[1]));
    point.addProperty("id", image);
    point.addProperty("label", entry.captions().isEmpty() ? entry.name() : entry.captions().get(0));
    point.addProperty("category", entry.category());
    return point;
  }

  private static double rounded(double value) {
    return Math.round(value * PRECISION) / PRECISION;
  }
}
