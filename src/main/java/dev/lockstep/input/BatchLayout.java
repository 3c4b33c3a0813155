package dev.lockstep.input;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Which parts the batches of an iterator have. What is left out is neither decoded nor copied.
 *
 * @param imageSize height and width of the images
 * @param captionsPerImage pairs side by side that show one image, which the batch has once
 * @param images whether there are images
 * @param otherView whether there is a second image of each, augmented another way
 * @param tokens whether there are texts
 * @param maskRate the share of the tokens that a model is to predict; 0 for none
 * @param imageFeatures the width of stored features that stand for the images; 0 for none
 * @param textFeatures the width of stored features that stand for the texts; 0 for none
 */
public record BatchLayout(
    int imageSize,
    int captionsPerImage,
    boolean images,
    boolean otherView,
    boolean tokens,
    double maskRate,
    int imageFeatures,
    int textFeatures) {

  /** Images and their captions. */
  public static BatchLayout pairs(int imageSize) {
    return new BatchLayout(imageSize, 1, true, false, true, 0, 0, 0);
  }

  /** Images, or texts, alone. */
  public static BatchLayout only(int imageSize, boolean images) {
    return new BatchLayout(imageSize, 1, images, false, !images, 0, 0, 0);
  }

  /** The same with so many captions of each image. */
  public BatchLayout withCaptionsPerImage(int captions) {
    return new BatchLayout(
        imageSize, captions, images, otherView, tokens, maskRate, imageFeatures, textFeatures);
  }

  /** The same with texts alone, of which a share of the tokens is to be predicted. */
  public BatchLayout maskedTexts(double rate) {
    return new BatchLayout(imageSize, captionsPerImage, false, false, true, rate, 0, 0);
  }

  /** The same with two views of each image alone. */
  public BatchLayout twoViews() {
    return new BatchLayout(imageSize, captionsPerImage, true, true, false, 0, 0, 0);
  }

  /** What two objectives need between them. */
  public BatchLayout and(BatchLayout other) {
    return new BatchLayout(
        imageSize,
        captionsPerImage,
        images || other.images,
        otherView || other.otherView,
        tokens || other.tokens,
        Math.max(maskRate, other.maskRate),
        imageFeatures,
        textFeatures);
  }

  /** The same with stored features in place of images. */
  public BatchLayout withImageFeatures(int width) {
    return new BatchLayout(
        imageSize, captionsPerImage, false, otherView, tokens, maskRate, width, textFeatures);
  }

  /** The same with stored features in place of texts. */
  public BatchLayout withTextFeatures(int width) {
    return new BatchLayout(
        imageSize, captionsPerImage, images, otherView, false, maskRate, imageFeatures, width);
  }

  /** The types of a batch's components: what there is of them, in the order of {@link Batch}. */
  List<Class<? extends TType>> types() {
    List<Class<? extends TType>> types = new ArrayList<>();
    add(types, TUint8.class, images);
    add(types, TInt32.class, tokens);
    add(types, TInt32.class, tokens);
    types.addAll(List.of(TInt64.class, TInt64.class, TInt64.class));
    add(types, TUint8.class, otherView);
    add(types, TInt32.class, masks());
    add(types, TInt32.class, masks());
    add(types, TFloat32.class, imageFeatures > 0);
    add(types, TFloat32.class, textFeatures > 0);
    return types;
  }

  /** Their shapes. */
  List<Shape> shapes() {
    long any = Shape.UNKNOWN_SIZE;
    Shape perPair = Shape.of(any);
    Shape image = Shape.of(any, imageSize, imageSize, 3);
    Shape text = Shape.of(any, any);
    List<Shape> shapes = new ArrayList<>();
    add(shapes, image, images);
    add(shapes, text, tokens);
    add(shapes, text, tokens);
    shapes.addAll(List.of(perPair, perPair, perPair));
    add(shapes, image, otherView);
    add(shapes, text, masks());
    add(shapes, text, masks());
    add(shapes, Shape.of(any, imageFeatures), imageFeatures > 0);
    add(shapes, Shape.of(any, textFeatures), textFeatures > 0);
    return shapes;
  }

  /** Whether stored features stand for images or texts. */
  public boolean hasFeatures() {
    return imageFeatures > 0 || textFeatures > 0;
  }

  /** Whether there are tokens to predict. */
  public boolean masks() {
    return maskRate > 0;
  }

  private static <T> void add(List<T> list, T element, boolean isThere) {
    if (isThere) {
      list.add(element);
    }
  }
}
