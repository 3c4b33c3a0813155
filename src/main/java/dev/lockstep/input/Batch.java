package dev.lockstep.input;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A batch of pairs, as operands of the training graph. A part that its {@link BatchLayout} leaves
 * out is null.
 *
 * @param captionsPerImage pairs side by side that show one image
 * @param images [batch / captionsPerImage, height, width, 3], 0 to 255
 * @param inputIds [batch, tokens], padded to the longest text, rounded up to 8
 * @param attentionMask [batch, tokens], 1 for a token and 0 for padding
 * @param captionKeys [batch], equal for equal captions
 * @param imageKeys [batch], equal for equal images
 * @param rows [batch], the row of the CSV that each pair comes from, from 0
 * @param otherImages as {@code images}, each augmented another way
 * @param maskedIds as {@code inputIds}, with some tokens hidden
 * @param hidden [batch, tokens], 1 where a token is to be predicted from {@code maskedIds}
 * @param imageFeatures [batch, image tower's width], stored
 * @param textFeatures [batch, text tower's width], stored
 */
public record Batch(
    int captionsPerImage,
    Operand<TUint8> images,
    Operand<TInt32> inputIds,
    Operand<TInt32> attentionMask,
    Operand<TInt64> captionKeys,
    Operand<TInt64> imageKeys,
    Operand<TInt64> rows,
    Operand<TUint8> otherImages,
    Operand<TInt32> maskedIds,
    Operand<TInt32> hidden,
    Operand<TFloat32> imageFeatures,
    Operand<TFloat32> textFeatures) {

  /** Images and captions alone. */
  public Batch(
      Operand<TUint8> images,
      Operand<TInt32> inputIds,
      Operand<TInt32> attentionMask,
      Operand<TInt64> captionKeys,
      Operand<TInt64> imageKeys,
      Operand<TInt64> rows) {
    this(
        1,
        images,
        inputIds,
        attentionMask,
        captionKeys,
        imageKeys,
        rows,
        null,
        null,
        null,
        null,
        null);
  }

  /** How many pairs share a row of one of the batch's operands. */
  public int pairsPerRow(Operand<?> operand) {
    return operand == images || operand == otherImages ? captionsPerImage : 1;
  }

  /** A change of an operand, whatever its type. */
  public interface Change {
    <T extends TType> Operand<T> of(Operand<T> operand);
  }

  /** The same parts, each changed. */
  public Batch map(Change change) {
    return new Batch(
        captionsPerImage,
        changed(images, change),
        changed(inputIds, change),
        changed(attentionMask, change),
        changed(captionKeys, change),
        changed(imageKeys, change),
        changed(rows, change),
        changed(otherImages, change),
        changed(maskedIds, change),
        changed(hidden, change),
        changed(imageFeatures, change),
        changed(textFeatures, change));
  }

  private static <T extends TType> Operand<T> changed(Operand<T> operand, Change change) {
    return operand == null ? null : change.of(operand);
  }

  /** The parts that are there. */
  public List<Operand<?>> operands() {
    return Stream.<Operand<?>>of(
            images,
            inputIds,
            attentionMask,
            captionKeys,
            imageKeys,
            rows,
            otherImages,
            maskedIds,
            hidden,
            imageFeatures,
            textFeatures)
        .filter(Objects::nonNull)
        .toList();
  }
}
