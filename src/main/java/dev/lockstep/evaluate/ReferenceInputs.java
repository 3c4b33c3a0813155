package dev.lockstep.evaluate;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.tensorflow.ndarray.Shape;

/**
 * What another library's model read: {@code pixel_values} [batch, 3, height, width], {@code
 * input_ids} and perhaps {@code attention_mask} [batch, tokens].
 */
final class ReferenceInputs {
  private static final String PIXELS = "pixel_values";
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String SEGMENTS = "token_type_ids";
  private static final int CHANNELS = 3;

  private final SafetensorsFile file;
  private final boolean paddingIsZero;
  private final int patch;

  /**
   * @param paddingIsZero whether the id 0 is padding where the file has no mask, as in the original
   *     Chinese-CLIP; in transformers nothing is then
   * @param patch pixels on a side of a patch: a ViT does not see what is left over at the right and
   *     below
   * @throws InvalidInputException if a tensor has another form, or asks for what no tower does
   */
  ReferenceInputs(SafetensorsFile file, boolean paddingIsZero, int patch) {
    this.file = file;
    this.paddingIsZero = paddingIsZero;
    this.patch = patch;
    if (has(Side.IMAGE)) {
      Shape shape = file.shape(PIXELS);
      check(
          shape.numDimensions() == 4
              && shape.size(1) == CHANNELS
              && shape.size(2) == shape.size(3)
              && shape.size(2) >= patch,
          PIXELS + " has the shape " + shape,
          "expected [batch, 3, size, size]");
    }
    if (has(Side.TEXT)) {
      Shape shape = file.shape(IDS);
      check(
          shape.numDimensions() == 2, IDS + " has the shape " + shape, "expected [batch, tokens]");
      check(
          !file.names().contains(MASK) || file.shape(MASK).equals(shape),
          MASK + " has another shape than " + IDS,
          "expected " + shape);
    }
    check(
        !file.names().contains(SEGMENTS) || isZero(file.floats(SEGMENTS)),
        SEGMENTS + " has other segments than the first",
        "Lockstep's BERT reads one text, which is segment 0");
  }

  Path path() {
    return file.path();
  }

  boolean has(Side side) {
    return file.names().contains(side == Side.IMAGE ? PIXELS : IDS);
  }

  /** Examples in the batch. */
  long count() {
    return file.shape(has(Side.IMAGE) ? PIXELS : IDS).size(0);
  }

  /** Pixels on a side that the model sees. */
  int imageSize() {
    return fileSize() / patch * patch;
  }

  private int fileSize() {
    return has(Side.IMAGE) ? (int) file.shape(PIXELS).size(2) : 0;
  }

  int tokens() {
    return has(Side.TEXT) ? (int) file.shape(IDS).size(1) : 0;
  }

  /** [batch, height, width, 3]. */
  Shape pixelShape() {
    return Shape.of(count(), imageSize(), imageSize(), CHANNELS);
  }

  /** [batch, tokens]. */
  Shape tokenShape() {
    return Shape.of(count(), tokens());
  }

  /** Row by row, the channels last. */
  float[] pixels() {
    float[] values = file.floats(PIXELS);
    int size = imageSize();
    int there = fileSize();
    float[] result = new float[Math.toIntExact(pixelShape().size())];
    for (int i = 0; i < count() * CHANNELS; i++) {
      int example = i / CHANNELS;
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          int cell = (example * size + y) * size + x;
          result[cell * CHANNELS + i % CHANNELS] = values[(i * there + y) * there + x];
        }
      }
    }
    return result;
  }

  int[] inputIds() {
    return integers(file.floats(IDS));
  }

  int[] attentionMask() {
    if (file.names().contains(MASK)) {
      return integers(file.floats(MASK));
    }
    int[] mask = inputIds();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = paddingIsZero && mask[i] == 0 ? 0 : 1;
    }
    return mask;
  }

  private static int[] integers(float[] values) {
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return integers;
  }

  private static boolean isZero(float[] values) {
    return Arrays.equals(values, new float[values.length]);
  }

  private void check(boolean holds, String found, String advice) {
    if (!holds) {
      throw new InvalidInputException(path().toString(), found, advice);
    }
  }
}
