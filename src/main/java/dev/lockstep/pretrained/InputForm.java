package dev.lockstep.pretrained;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.data.Resize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a checkpoint's model wants its images and texts, from the files beside its weights: {@code
 * preprocessor_config.json}, {@code tokenizer_config.json} and {@code vocab.txt}.
 *
 * @param resize how images become a square
 * @param mean of the channels
 * @param deviation of the channels
 * @param vocabulary the vocab.txt, or a tokenizer.json of word pieces
 * @param lowercase whether texts are brought to lower case
 * @param remarks what those files ask for and Lockstep does otherwise, a line each
 */
public record InputForm(
    Optional<Resize> resize,
    Optional<List<Double>> mean,
    Optional<List<Double>> deviation,
    Optional<Path> vocabulary,
    boolean lowercase,
    List<String> remarks) {
  /** Pillow's number for bicubic. */
  private static final int BICUBIC = 3;

  static InputForm of(Checkpoint checkpoint) {
    JsonObject images = checkpoint.preprocessorConfig().orElseGet(JsonObject::new);
    JsonObject texts = checkpoint.beside("tokenizer_config.json").orElseGet(JsonObject::new);
    return new InputForm(
        resize(images),
        channels(images, "image_mean"),
        channels(images, "image_std"),
        checkpoint.fileBeside("vocab.txt").or(() -> wordPieces(checkpoint)),
        flag(texts, "do_lower_case", true),
        remarks(images));
  }

  /** CLIP's tokenizer.json, of byte pairs, is none that texts could be read with. */
  private static Optional<Path> wordPieces(Checkpoint checkpoint) {
    return checkpoint
        .beside("tokenizer.json")
        .filter(
            json ->
                json.get("model") instanceof JsonObject model
                    && model.get("type") instanceof JsonPrimitive type
                    && type.getAsString().equals("WordPiece"))
        .flatMap(json -> checkpoint.fileBeside("tokenizer.json"));
  }

  /** The side of the square that images become. */
  static Optional<Integer> imageSize(Checkpoint checkpoint) {
    JsonObject images = checkpoint.preprocessorConfig().orElseGet(JsonObject::new);
    Optional<Integer> cropped =
        flag(images, "do_center_crop", false) ? side(images, "crop_size") : Optional.empty();
    return cropped.isPresent() ? cropped : side(images, "size").or(() -> side(images, "crop_size"));
  }

  private static Optional<Resize> resize(JsonObject images) {
    if (flag(images, "do_center_crop", false)) {
      return Optional.of(Resize.CROP_FLOOR);
    }
    return images.has("size") ? Optional.of(Resize.SQUASH) : Optional.empty();
  }

  private static List<String> remarks(JsonObject images) {
    List<String> remarks = new ArrayList<>();
    JsonElement resample = images.get("resample");
    if (resample != null && resample.isJsonPrimitive() && resample.getAsInt() != BICUBIC) {
      remarks.add(
          "preprocessor_config.json asks for resample = "
              + resample.getAsInt()
              + ", but images are resized bicubic (3): pixels differ a little from what the"
              + " checkpoint saw");
    }
    Optional<Integer> size = side(images, "size");
    Optional<Integer> crop = side(images, "crop_size");
    if (flag(images, "do_center_crop", false)
        && size.isPresent()
        && crop.isPresent()
        && !size.equals(crop)) {
      remarks.add(
          "preprocessor_config.json crops "
              + crop.get()
              + " pixels of a short side of "
              + size.get()
              + ", but resize = crop-floor brings the short side to what is cropped");
    }
    return List.copyOf(remarks);
  }

  /** A side in any of the forms that transformers has written: 224, or an object. */
  private static Optional<Integer> side(JsonObject images, String key) {
    JsonElement size = images.get(key);
    if (size instanceof JsonObject sides) {
      return Optional.ofNullable(
              sides.has("height") ? sides.get("height") : sides.get("shortest_edge"))
          .map(JsonElement::getAsInt);
    }
    return size != null && size.isJsonPrimitive() ? Optional.of(size.getAsInt()) : Optional.empty();
  }

  private static Optional<List<Double>> channels(JsonObject images, String key) {
    return images.get(key) instanceof JsonArray array && array.size() == 3
        ? Optional.of(array.asList().stream().map(JsonElement::getAsDouble).toList())
        : Optional.empty();
  }

  private static boolean flag(JsonObject object, String key, boolean fallback) {
    JsonElement value = object.get(key);
    return value != null && value.isJsonPrimitive() ? value.getAsBoolean() : fallback;
  }
}
