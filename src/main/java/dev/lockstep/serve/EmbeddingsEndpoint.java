package dev.lockstep.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v1/embeddings}: texts in, vectors out, in the form of OpenAI's API. */
final class EmbeddingsEndpoint {
  static final String PATH = "/v1/embeddings";

  private static final int LONGEST_TEXT = 100_000;

  private final String name;
  private final ModelFolder models;
  private final Limits limits;
  private final RequestBody body;
  private final Answers answers;

  EmbeddingsEndpoint(
      String name, ModelFolder models, Limits limits, RequestBody body, Answers answers) {
    this.name = name;
    this.models = models;
    this.limits = limits;
    this.body = body;
    this.answers = answers;
  }

  private record Embedded(float[][] vectors, int tokens) {}

  void post(Context context) {
    JsonObject request = body.object(context);
    checkModel(request.get("model"));
    checkDimensions(request.get("dimensions"));
    boolean base64 = isBase64(request.get("encoding_format"));
    List<String> texts = texts(request.get("input"));
    CompletableFuture<Embedded> answer =
        models.ask(
            version ->
                version
                    .embedTexts(texts)
                    .thenApply(vectors -> new Embedded(vectors, version.countTokens(texts))));
    answers.json(context, answer, limits.answerTime(), embedded -> json(embedded, base64));
  }

  private void checkModel(JsonElement model) {
    if (model == null || model.isJsonNull()) {
      return;
    }
    if (!text(model, "model").equals(name)) {
      throw new RefusedException(
          Reason.NOT_FOUND,
          "The model `%s` does not exist; there is `%s`".formatted(text(model, "model"), name));
    }
  }

  private void checkDimensions(JsonElement dimensions) {
    if (dimensions == null || dimensions.isJsonNull()) {
      return;
    }
    int size = models.current().card().embedding();
    boolean same =
        dimensions instanceof JsonPrimitive primitive
            && primitive.isNumber()
            && primitive.getAsDouble() == size;
    if (!same) {
      throw invalid("'dimensions' can only be " + size + " with this model");
    }
  }

  private static boolean isBase64(JsonElement format) {
    if (format == null || format.isJsonNull()) {
      return false;
    }
    return switch (text(format, "encoding_format")) {
      case "base64" -> true;
      case "float" -> false;
      default -> throw invalid("'encoding_format' must be float or base64");
    };
  }

  private static List<String> texts(JsonElement input) {
    List<String> texts = new ArrayList<>();
    if (input != null && input.isJsonArray()) {
      input.getAsJsonArray().forEach(text -> texts.add(text(text, "input")));
    } else {
      texts.add(text(input, "input"));
    }
    if (texts.isEmpty()) {
      throw invalid("'input' must have one text at least");
    }
    for (String text : texts) {
      if (text.isEmpty() || text.length() > LONGEST_TEXT) {
        throw invalid("a text of 'input' must have 1 to %,d characters".formatted(LONGEST_TEXT));
      }
    }
    return texts;
  }

  private static String text(JsonElement json, String key) {
    if (json instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw invalid(
        key.equals("input")
            ? "'input' must be a text or a list of texts; tokens are not taken"
            : "'" + key + "' must be a text");
  }

  private String json(Embedded embedded, boolean base64) {
    StringBuilder out = new StringBuilder("{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < embedded.vectors().length; i++) {
      out.append(i == 0 ? "" : ",")
          .append("{\"object\":\"embedding\",\"index\":")
          .append(i)
          .append(",\"embedding\":");
      if (base64) {
        out.append('"').append(base64(embedded.vectors()[i])).append('"');
      } else {
        append(out, embedded.vectors()[i]);
      }
      out.append('}');
    }
    return out.append("],\"model\":")
        .append(new JsonPrimitive(name))
        .append(",\"usage\":{\"prompt_tokens\":")
        .append(embedded.tokens())
        .append(",\"total_tokens\":")
        .append(embedded.tokens())
        .append("}}")
        .toString();
  }

  private static void append(StringBuilder out, float[] vector) {
    char separator = '[';
    for (float value : vector) {
      out.append(separator).append(value);
      separator = ',';
    }
    out.append(']');
  }

  /** Little-endian float32, as OpenAI's clients ask for by default. */
  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }
}
