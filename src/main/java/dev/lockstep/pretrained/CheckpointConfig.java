package dev.lockstep.pretrained;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import java.util.Optional;

/**
 * What the JSON files beside weights say of a model that its tensors do not show. It reads those of
 * transformers, of google's BERT and of the original Chinese-CLIP.
 */
final class CheckpointConfig {
  private static final String VISION = "vision_";
  private static final String TEXT = "text_";

  private final Checkpoint checkpoint;
  private final JsonObject config;

  CheckpointConfig(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.config().orElseGet(JsonObject::new);
  }

  /**
   * @param hiddenSize which the original Chinese-CLIP divides by the width of a head
   */
  Optional<Integer> heads(Side side, int hiddenSize) {
    Optional<Integer> width =
        side == Side.IMAGE
            ? number(config, "vision_head_width").map(Double::intValue)
            : Optional.empty();
    return width.isPresent()
        ? width.filter(w -> w > 0).map(w -> hiddenSize / w)
        : number(side, "num_attention_heads").map(Double::intValue);
  }

  /** The activation, as experiment files have it. */
  Optional<String> activation(Side side) {
    return value(side, "hidden_act")
        .map(JsonElement::getAsString)
        .map(
            name ->
                switch (name) {
                  case "gelu", "relu" -> name;
                  case "quick_gelu" -> "quick-gelu";
                  default -> throw unsupported("the activation " + name);
                });
  }

  Optional<Double> epsilon(Side side) {
    return number(side, "layer_norm_eps");
  }

  Optional<Double> dropout(Side side) {
    return number(side, "hidden_dropout_prob");
  }

  Optional<Double> attentionDropout(Side side) {
    Optional<Double> dropout = number(side, "attention_probs_dropout_prob");
    return dropout.isPresent() ? dropout : number(side, "attention_dropout");
  }

  /** The id of the token that ends a text, where a model pools there. */
  Optional<Integer> endOfText() {
    // transformers: 2 stands for models from before the key, which pool at the highest id.
    return number(Side.TEXT, "eos_token_id").map(Double::intValue).filter(id -> id != 2);
  }

  /** The id that pads a text. */
  int paddingId() {
    return number(Side.TEXT, "pad_token_id").map(Double::intValue).orElse(0);
  }

  Optional<Integer> imageSize() {
    Optional<Double> size = number(Side.IMAGE, "image_size");
    if (size.isEmpty()) {
      size = number(config, "image_resolution");
    }
    return size.map(Double::intValue).or(() -> InputForm.imageSize(checkpoint));
  }

  /** Refuses a form of a tower that Lockstep has not. */
  void refuse(String key) {
    if (flag(key)) {
      throw unsupported(key);
    }
  }

  /** Whether the image tower's configuration sets a key to true. */
  boolean flag(String key) {
    return value(Side.IMAGE, key).map(JsonElement::getAsBoolean).orElse(false);
  }

  private Optional<Double> number(Side side, String key) {
    return value(side, key).filter(JsonElement::isJsonPrimitive).map(JsonElement::getAsDouble);
  }

  private static Optional<Double> number(JsonObject object, String key) {
    return Optional.ofNullable(object.get(key))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsDouble);
  }

  /** A value of one side: in a block of its own, under a prefix, or outermost. */
  private Optional<JsonElement> value(Side side, String key) {
    String prefix = side == Side.IMAGE ? VISION : TEXT;
    if (config.get(prefix + "config") instanceof JsonObject block) {
      return Optional.ofNullable(block.get(key)).filter(value -> !value.isJsonNull());
    }
    JsonElement value = config.has(prefix + key) ? config.get(prefix + key) : config.get(key);
    return Optional.ofNullable(value).filter(found -> !found.isJsonNull());
  }

  private InvalidInputException unsupported(String what) {
    return new InvalidInputException(
        checkpoint.path().toString(),
        "its config.json asks for " + what + ", which Lockstep's towers have not",
        "use a checkpoint without it");
  }
}
