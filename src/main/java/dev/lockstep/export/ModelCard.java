package dev.lockstep.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.data.Background;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.data.Resize;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.text.CharacterClasses;
import dev.lockstep.text.TokenizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a server needs to know of an exported model besides its graph: how texts become ids and
 * images pixels, and where the model comes from. It travels in the model's assets.
 *
 * @param name of the run
 * @param embedding values of an embedding
 * @param tokenizer of the vocabulary beside it
 * @param pixelMean and deviation: what the graph itself applies to pixels, for a client's sake
 * @param parameters learned values of the model
 * @param provenance the run's own, with what it came to
 */
public record ModelCard(
    String name,
    StoredPrecision precision,
    int embedding,
    TokenizerSpec tokenizer,
    ImagePreprocessor preprocessing,
    List<Double> pixelMean,
    List<Double> pixelDeviation,
    long parameters,
    JsonObject provenance) {
  /** The file's name in the assets. */
  public static final String FILE = "lockstep.json";

  /** The vocabulary's name in the assets. */
  public static final String VOCABULARY = "vocab.txt";

  private static final int FORMAT = 1;
  private static final String NO_BACKGROUND = "none";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  static ModelCard of(
      String name,
      StoredPrecision precision,
      ModelSpec model,
      TokenizerSpec tokenizer,
      ImagePreprocessor preprocessing,
      long parameters,
      JsonObject provenance) {
    return new ModelCard(
        name,
        precision,
        model.embeddingSize(),
        tokenizer,
        preprocessing,
        model.pixelMean(),
        model.pixelDeviation(),
        parameters,
        provenance);
  }

  /** An object of JSON, indented for people. */
  public String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("format", FORMAT);
    json.addProperty("name", name);
    json.addProperty("precision", precision.toString());
    json.addProperty("parameters", parameters);
    json.addProperty("embedding", embedding);
    json.add("tokenizer", tokenizerJson());
    json.add("preprocessing", preprocessingJson());
    json.add("provenance", provenance);
    return GSON.toJson(json) + "\n";
  }

  /**
   * The card of an exported model.
   *
   * @param model the folder with {@code saved_model.pb}
   * @throws InvalidInputException if there is none, or it cannot be read
   */
  public static ModelCard read(Path model) {
    Path file = model.resolve("assets").resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file.toString(),
          "there is no such file, so it is not known how the model reads texts and images",
          "export the run again: lockstep export RUN --out DIR");
    }
    try {
      return JsonText.read(Files.readString(file), json -> card(file, json));
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e.getMessage(), "export the run again", e);
    }
  }

  private static ModelCard card(Path file, JsonObject json) {
    if (json.get("format").getAsInt() != FORMAT) {
      throw new InvalidInputException(
          file.toString(),
          "it is of format " + json.get("format") + "; this version reads " + FORMAT,
          "export the run again with this version");
    }
    JsonObject preprocessing = json.getAsJsonObject("preprocessing");
    return new ModelCard(
        json.get("name").getAsString(),
        StoredPrecision.valueOf(upper(json.get("precision").getAsString())),
        json.get("embedding").getAsInt(),
        tokenizer(json.getAsJsonObject("tokenizer")),
        preprocessing(preprocessing),
        numbers(preprocessing.getAsJsonArray("mean")),
        numbers(preprocessing.getAsJsonArray("deviation")),
        json.get("parameters").getAsLong(),
        json.getAsJsonObject("provenance"));
  }

  private JsonObject tokenizerJson() {
    JsonObject json = new JsonObject();
    json.addProperty("vocabulary", VOCABULARY);
    json.addProperty("contextLength", tokenizer.contextLength());
    json.addProperty("lowercase", tokenizer.lowercase());
    json.addProperty("maxWordLength", tokenizer.maxWordLength());
    json.addProperty("specialTokensInText", tokenizer.specialTokensInText());
    json.addProperty("characters", tokenizer.characters().name().toLowerCase(Locale.ROOT));
    return json;
  }

  private JsonObject preprocessingJson() {
    JsonObject json = new JsonObject();
    json.addProperty("size", preprocessing.size());
    json.addProperty("resize", preprocessing.resize().name().toLowerCase(Locale.ROOT));
    json.addProperty(
        "background", preprocessing.background().map(Object::toString).orElse(NO_BACKGROUND));
    json.add("mean", GSON.toJsonTree(pixelMean));
    json.add("deviation", GSON.toJsonTree(pixelDeviation));
    return json;
  }

  private static TokenizerSpec tokenizer(JsonObject json) {
    return new TokenizerSpec(
        Optional.empty(),
        Integer.MAX_VALUE,
        json.get("contextLength").getAsInt(),
        json.get("lowercase").getAsBoolean(),
        json.get("maxWordLength").getAsInt(),
        json.get("specialTokensInText").getAsBoolean(),
        characters(json));
  }

  /** Exports from before the key followed google's BERT. */
  private static CharacterClasses characters(JsonObject json) {
    return json.has("characters")
        ? CharacterClasses.valueOf(json.get("characters").getAsString().toUpperCase(Locale.ROOT))
        : CharacterClasses.GOOGLE;
  }

  private static ImagePreprocessor preprocessing(JsonObject json) {
    return new ImagePreprocessor(
        json.get("size").getAsInt(),
        Resize.valueOf(upper(json.get("resize").getAsString())),
        Background.parse(json.get("background").getAsString()));
  }

  private static List<Double> numbers(JsonArray array) {
    return array.asList().stream().map(n -> n.getAsDouble()).toList();
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }
}
