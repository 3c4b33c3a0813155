package dev.lockstep.serve;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.ModelVersion;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * {@code GET /search?q=TEXT&k=20} and {@code POST /search} for texts, images, or both mixed: the
 * mean of their embeddings is what the images are compared with.
 */
final class SearchEndpoint {
  private static final int MOST_RESULTS = 500;
  private static final int DEEPEST = 10_000;
  private static final int LONGEST_TEXT = 2000;
  private static final int MOST_PARTS = 16;
  private static final int USUAL_RESULTS = 20;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final ModelFolder models;
  private final ImageIndexes indexes;
  private final Limits limits;
  private final RequestBody body;
  private final Answers answers;

  SearchEndpoint(
      ModelFolder models, ImageIndexes indexes, Limits limits, RequestBody body, Answers answers) {
    this.models = models;
    this.indexes = indexes;
    this.limits = limits;
    this.body = body;
    this.answers = answers;
  }

  /**
   * What is looked for.
   *
   * @param like numbers of images that were found before
   */
  private record Query(
      List<String> texts, List<byte[]> images, List<Integer> like, int offset, int k) {}

  private record Answer(ModelVersion version, ImageIndex index, List<ImageIndex.Found> found) {}

  void get(Context context) {
    String text = context.queryParam("q");
    if (text == null) {
      throw invalid("'q' is missing: what to look for, as in /search?q=汽车&k=20");
    }
    Query query =
        new Query(
            List.of(checked(text, "q")),
            List.of(),
            List.of(),
            number(context.queryParam("offset"), "offset", 0, 0, DEEPEST),
            number(context.queryParam("k"), "k", USUAL_RESULTS, 1, MOST_RESULTS));
    answer(context, query);
  }

  void post(Context context) {
    JsonObject request = body.object(context);
    List<String> texts = new ArrayList<>();
    for (JsonElement text : list(request, "texts")) {
      if (!(text instanceof JsonPrimitive primitive && primitive.isString())) {
        throw invalid("'texts' must be a list of texts");
      }
      texts.add(checked(text.getAsString(), "texts"));
    }
    List<byte[]> images = new ArrayList<>();
    for (JsonElement image : list(request, "images")) {
      if (!TensorJson.isB64(image)) {
        throw invalid("'images' must be a list of {\"b64\": \"...\"}, the bytes of image files");
      }
      images.add(TensorJson.b64(image.getAsJsonObject()));
    }
    List<Integer> like = new ArrayList<>();
    for (JsonElement image : list(request, "like")) {
      like.add(number(image, "like", 0, 0, Integer.MAX_VALUE));
    }
    int parts = texts.size() + images.size() + like.size();
    if (parts == 0 || parts > MOST_PARTS) {
      throw invalid("give 1 to %d of 'texts', 'images' and 'like' together".formatted(MOST_PARTS));
    }
    answer(
        context,
        new Query(
            texts,
            images,
            like,
            number(request.get("offset"), "offset", 0, 0, DEEPEST),
            number(request.get("k"), "k", USUAL_RESULTS, 1, MOST_RESULTS)));
  }

  private void answer(Context context, Query query) {
    CompletableFuture<Answer> answer =
        models.ask(
            version -> {
              ImageIndex index = indexes.of(version);
              return embedding(version, index, query)
                  .thenApply(
                      vector ->
                          new Answer(
                              version, index, index.nearest(vector, query.offset(), query.k())));
            });
    answers.json(context, answer, limits.answerTime(), SearchEndpoint::json);
  }

  private static CompletableFuture<float[]> embedding(
      ModelVersion version, ImageIndex index, Query query) {
    List<float[]> known = new ArrayList<>();
    for (int number : query.like()) {
      if (number >= index.size()) {
        throw new RefusedException(Reason.NOT_FOUND, "there is no image " + number);
      }
      known.add(index.embedding(number));
    }
    CompletableFuture<float[][]> texts =
        query.texts().isEmpty()
            ? CompletableFuture.completedFuture(new float[0][])
            : version.embedTexts(query.texts());
    CompletableFuture<float[][]> images =
        query.images().isEmpty()
            ? CompletableFuture.completedFuture(new float[0][])
            : version.embedImages(query.images());
    return texts.thenCombine(
        images,
        (ofTexts, ofImages) -> {
          List<float[]> all = new ArrayList<>(known);
          all.addAll(List.of(ofTexts));
          for (int i = 0; i < ofImages.length; i++) {
            if (ofImages[i] == null) {
              throw new RefusedException(
                  Reason.INVALID, "image " + i + " does not decode: give a JPEG, PNG, GIF or BMP");
            }
            all.add(ofImages[i]);
          }
          return mean(all);
        });
  }

  /** Of length 1. */
  private static float[] mean(List<float[]> vectors) {
    double[] sum = new double[vectors.get(0).length];
    for (float[] vector : vectors) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
    double length = 0;
    for (double value : sum) {
      length += value * value;
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length && length > 0; i++) {
      mean[i] = (float) (sum[i] / Math.sqrt(length));
    }
    return mean;
  }

  private static String json(Answer answer) {
    JsonArray results = new JsonArray();
    for (ImageIndex.Found found : answer.found()) {
      JsonObject result = new JsonObject();
      result.addProperty("image", found.image().name());
      result.addProperty("score", found.score());
      result.addProperty("id", found.number());
      result.addProperty("url", "images/" + found.number());
      result.add("captions", GSON.toJsonTree(found.image().captions()));
      result.addProperty("category", found.image().category());
      results.add(result);
    }
    JsonObject json = new JsonObject();
    json.add("results", results);
    json.addProperty("images", answer.index().size());
    json.addProperty("version", answer.version().number());
    return GSON.toJson(json);
  }

  private static JsonArray list(JsonObject request, String key) {
    JsonElement list = request.get(key);
    if (list == null) {
      return new JsonArray();
    }
    if (!list.isJsonArray()) {
      throw invalid("'" + key + "' must be a list");
    }
    return list.getAsJsonArray();
  }

  private static String checked(String text, String key) {
    if (text.isBlank() || text.length() > LONGEST_TEXT) {
      throw invalid("'%s' must have 1 to %,d characters".formatted(key, LONGEST_TEXT));
    }
    return text;
  }

  private static int number(JsonElement json, String key, int fallback, int min, int max) {
    if (json == null) {
      return fallback;
    }
    if (json instanceof JsonPrimitive primitive && primitive.isNumber()) {
      return number(primitive.getAsDouble(), key, min, max);
    }
    throw notBetween(key, min, max);
  }

  private static int number(String text, String key, int fallback, int min, int max) {
    if (text == null) {
      return fallback;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw notBetween(key, min, max);
    }
    return number(Double.parseDouble(text), key, min, max);
  }

  private static int number(double number, String key, int min, int max) {
    if (number == Math.rint(number) && number >= min && number <= max) {
      return (int) number;
    }
    throw notBetween(key, min, max);
  }

  private static RefusedException notBetween(String key, int min, int max) {
    return invalid("'%s' must be a whole number from %d to %d".formatted(key, min, max));
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }
}
