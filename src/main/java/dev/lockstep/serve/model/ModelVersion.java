package dev.lockstep.serve.model;

import dev.lockstep.data.ImageScreen;
import dev.lockstep.export.ModelCard;
import dev.lockstep.export.ModelSignatures;
import dev.lockstep.serve.model.RefusedException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.tensorflow.proto.SignatureDef;

/** A loaded version as clients ask it: checked, within the limits, and joined with others. */
public final class ModelVersion {
  private final ServedModel model;
  private final Limits limits;
  private final ImageScreen screen;
  private final Batcher batcher;

  ModelVersion(ServedModel model, Limits limits, BatchListener listener) {
    this.model = model;
    this.limits = limits;
    this.screen = ImageScreen.upTo(limits.pixels());
    this.batcher = new Batcher(model, limits, listener);
  }

  public long number() {
    return model.version();
  }

  public ModelCard card() {
    return model.exported().card();
  }

  public Map<String, SignatureDef> signatures() {
    return model.signatures();
  }

  /** Tokens of texts, [CLS] and [SEP] included. */
  public int countTokens(List<String> texts) {
    return texts.stream().mapToInt(text -> model.exported().tokenizer().encode(text).length).sum();
  }

  /**
   * Asks a signature.
   *
   * @param inputs of the signature's types and ranks
   * @throws RefusedException if they are wrong or too many, or there is no room
   */
  public CompletableFuture<Map<String, TensorValue>> ask(
      String signature, Map<String, TensorValue> inputs) {
    for (TensorValue input : inputs.values()) {
      if (input.rows() > limits.rows()) {
        throw new RefusedException(
            Reason.TOO_LARGE,
            "%d instances; up to %d are taken at once".formatted(input.rows(), limits.rows()));
      }
    }
    if (inputs.containsKey(ModelSignatures.INPUT_IDS)) {
      String fault = TextInput.fault(model.exported().tokenizer(), inputs);
      if (!fault.isEmpty()) {
        throw new RefusedException(Reason.INVALID, fault);
      }
    }
    TensorValue images = inputs.get(ModelSignatures.IMAGE_BYTES);
    if (images == null) {
      return batcher.submit(signature, inputs, 0);
    }
    Map<String, TensorValue> screened = new HashMap<>(inputs);
    long pixels = screen(images.strings(), screened);
    return batcher.submit(signature, screened, pixels);
  }

  /** The embedding of each text, [texts] of [dimension]. */
  public CompletableFuture<float[][]> embedTexts(List<String> texts) {
    return ask(ModelSignatures.ENCODE_TEXT, TextInput.of(model.exported().tokenizer(), texts))
        .thenApply(outputs -> rows(outputs.get(ModelSignatures.TEXT_EMBEDDING)));
  }

  /** The embedding of each encoded image, [images] of [dimension]; null for a damaged one. */
  public CompletableFuture<float[][]> embedImages(List<byte[]> images) {
    return ask(
            ModelSignatures.ENCODE_IMAGE,
            Map.of(ModelSignatures.IMAGE_BYTES, TensorValue.of(images)))
        .thenApply(ModelVersion::soundRows);
  }

  /** The same at once and whatever their size, for images that are the server's own. */
  public float[][] embedOwnImages(List<byte[]> images) {
    return model.exported().embedImages(images);
  }

  /** The embedding of each text, at once and without joining others. */
  public float[][] embedOwnTexts(List<String> texts) {
    return model.exported().embedTexts(texts);
  }

  /** How many pixels all images of one run may have. */
  public int maxPixels() {
    return limits.pixels();
  }

  /** Tells one model from another: equal for equal weights. */
  public String fingerprint() {
    return model.exported().fingerprint();
  }

  private static float[][] soundRows(Map<String, TensorValue> outputs) {
    float[][] rows = rows(outputs.get(ModelSignatures.IMAGE_EMBEDDING));
    boolean[] sound = outputs.get(ModelSignatures.IMAGE_OK).flags();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = sound[i] ? rows[i] : null;
    }
    return rows;
  }

  /** Puts nothing in the place of what data preparation would not take; gives the pixels. */
  private long screen(byte[][] images, Map<String, TensorValue> inputs) {
    List<byte[]> screened = new ArrayList<>();
    long pixels = 0;
    for (int i = 0; i < images.length; i++) {
      if (images[i].length > limits.imageBytes()) {
        throw new RefusedException(
            Reason.TOO_LARGE,
            "image %d has %,d bytes; up to %,d are taken"
                .formatted(i, images[i].length, limits.imageBytes()));
      }
      ImageScreen.Size size = screen.size(images[i]);
      pixels += size.pixels();
      if (pixels > limits.pixels()) {
        throw new RefusedException(
            Reason.TOO_LARGE,
            "image %d: %,d pixels come to more than the %,d that are taken at once"
                .formatted(i, size.pixels(), limits.pixels()));
      }
      screened.add(size.usable() ? images[i] : new byte[0]);
    }
    inputs.put(ModelSignatures.IMAGE_BYTES, TensorValue.of(screened));
    return pixels;
  }

  private static float[][] rows(TensorValue value) {
    float[][] rows = new float[value.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = value.slice(i, i + 1).floats();
    }
    return rows;
  }

  int waiting() {
    return batcher.waiting();
  }

  /** Takes no more requests, and unloads the model when those it has are answered. */
  void retire() {
    batcher.close();
  }

  void awaitEnd() throws InterruptedException {
    batcher.awaitEnd();
  }
}
