package dev.lockstep.data;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * The bytes of an image file to a square of pixels, as operations of a graph: decode, lay on the
 * background, resize. The exported model has them within it; data preparation decodes by them and
 * resizes by {@link Resampling}. They work in the body of a {@link org.tensorflow.ConcreteFunction}
 * too.
 *
 * <p>Agrees with Pillow 13's {@code convert("RGB").resize(..., BICUBIC)} and, for {@link
 * Resize#CROP}, with torchvision's centre crop, within one level.
 *
 * @param size width and height of the result
 * @param background what lies under transparent pixels; without one alpha is dropped and their own
 *     colours show, as with Pillow's {@code convert("RGB")}
 */
public record ImagePreprocessor(int size, Resize resize, Optional<Background> background) {

  /**
   * @param encodedBytes [], a JPEG, PNG, GIF (its first frame) or BMP (24 or 32 bits); EXIF
   *     orientation is not looked at
   * @return [size, size, 3]
   */
  public Operand<TUint8> apply(Ops tf, Operand<TString> encodedBytes) {
    return resized(tf, onBackground(tf, ImageDecoding.any(tf, encodedBytes)));
  }

  /**
   * The same, and sets a JPEG upright as its EXIF orientation says, as data preparation does.
   *
   * @param encodedBytes [], a JPEG, PNG, GIF (its first frame) or BMP (24 or 32 bits)
   * @return [size, size, 3]
   */
  public Operand<TUint8> applyUpright(Ops tf, Operand<TString> encodedBytes) {
    Operand<TInt32> orientation =
        tf.select(
            ImageDecoding.isJpeg(tf, encodedBytes),
            ExifOrientation.of(tf, encodedBytes),
            tf.constant(1));
    return square(
        tf,
        upright(
            tf,
            encodedBytes,
            ExifOrientation.axes(tf, orientation),
            ExifOrientation.mirrored(tf, orientation)));
  }

  /**
   * An image set upright and laid on the background, at its own size.
   *
   * @param axes [3], the order of the axes that sets it upright
   * @param mirrored [0 to 2], the axes to turn round after that
   * @return [height, width, 3]
   */
  Operand<TUint8> upright(
      Ops tf, Operand<TString> encodedBytes, Operand<TInt32> axes, Operand<TInt32> mirrored) {
    Operand<TUint8> decoded = ImageDecoding.any(tf, encodedBytes);
    Operand<TUint8> turned = tf.reverse(tf.linalg.transpose(decoded, axes), mirrored);
    return tf.dtypes.cast(onBackground(tf, turned), TUint8.class);
  }

  /** From [height, width, 3] to [size, size, 3]. */
  Operand<TUint8> square(Ops tf, Operand<TUint8> image) {
    return resized(tf, tf.dtypes.cast(image, TFloat32.class));
  }

  /** From [height, width, 4] to [height, width, 3], whole numbers from 0 to 255. */
  private Operand<TFloat32> onBackground(Ops tf, Operand<TUint8> rgba) {
    Operand<TFloat32> pixels = tf.dtypes.cast(rgba, TFloat32.class);
    Operand<TFloat32> colours = channels(tf, pixels, 0, 3);
    if (background.isEmpty()) {
      return colours;
    }
    Background under = background.get();
    Operand<TFloat32> underneath =
        tf.constant(new float[] {under.red(), under.green(), under.blue()});
    Operand<TFloat32> alpha = tf.math.div(channels(tf, pixels, 3, 1), tf.constant(255f));
    return round(
        tf,
        tf.math.add(
            tf.math.mul(colours, alpha),
            tf.math.mul(underneath, tf.math.sub(tf.constant(1f), alpha))));
  }

  /** From [height, width, 3] to [size, size, 3]. */
  private Operand<TUint8> resized(Ops tf, Operand<TFloat32> image) {
    Operand<TInt64> sides =
        tf.slice(
            tf.shape(image, TInt64.class), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt64> scaled = tf.constant(new long[] {size, size});
    if (resize.crops()) {
      scaled = tf.math.floorDiv(tf.math.mul(sides, scaled), tf.reduceMin(sides, tf.constant(0)));
    }
    // Pillow 13 begins with the height where that loses more than twice the pixels of the width,
    // and with the width otherwise (as older ones always do). What comes first matters by a level.
    Operand<TInt64> lost = tf.math.maximum(tf.math.sub(sides, scaled), tf.constant(0L));
    Operand<TBool> heightFirst =
        tf.math.greater(at(tf, lost, 0), tf.math.mul(tf.constant(2L), at(tf, lost, 1)));
    Operand<TInt32> turned =
        tf.select(heightFirst, tf.constant(new int[] {1, 0, 2}), tf.constant(new int[] {0, 1, 2}));
    Operand<TInt32> order =
        tf.select(heightFirst, tf.constant(new int[] {1, 0}), tf.constant(new int[] {0, 1}));
    Operand<TFloat32> square =
        twoPasses(
            tf,
            tf.linalg.transpose(image, turned),
            tf.gather(sides, order, tf.constant(0)),
            tf.gather(scaled, order, tf.constant(0)));
    return tf.reshape(
        tf.dtypes.cast(tf.linalg.transpose(square, turned), TUint8.class),
        tf.constant(new int[] {size, size, 3}));
  }

  /**
   * Bicubic with antialiasing, first across, then down, each rounded to whole levels: one pass over
   * both is off by up to 29 levels. What the crop will cut off is never computed.
   *
   * @param image [sides[0], sides[1], 3]
   * @param scaled [2], the sides before the crop
   * @return [size, size, 3]
   */
  private Operand<TFloat32> twoPasses(
      Ops tf, Operand<TFloat32> image, Operand<TInt64> sides, Operand<TInt64> scaled) {
    Operand<TFloat32> factors =
        tf.math.div(tf.dtypes.cast(scaled, TFloat32.class), tf.dtypes.cast(sides, TFloat32.class));
    Operand<TFloat32> surplus =
        tf.math.sub(tf.dtypes.cast(scaled, TFloat32.class), tf.constant((float) size));
    Operand<TFloat32> half = tf.math.mul(surplus, tf.constant(0.5f));
    // This rounding is to the even side, as torchvision's.
    Operand<TFloat32> before =
        resize == Resize.CROP_FLOOR ? tf.math.floor(half) : tf.math.round(half);
    Operand<TFloat32> offsets = tf.math.neg(before);
    Operand<TInt64> side = tf.constant((long) size);
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> none = tf.constant(0f);
    Operand<TFloat32> across =
        scale(
            tf,
            tf.expandDims(image, tf.constant(0)),
            List.of(at(tf, sides, 0), side),
            List.of(one, at(tf, factors, 1)),
            List.of(none, at(tf, offsets, 1)));
    Operand<TFloat32> down =
        scale(
            tf,
            across,
            List.of(side, side),
            List.of(at(tf, factors, 0), one),
            List.of(at(tf, offsets, 0), none));
    return tf.squeeze(down, Squeeze.axis(List.of(0L)));
  }

  private static Operand<TFloat32> scale(
      Ops tf,
      Operand<TFloat32> image,
      List<Operand<TInt64>> size,
      List<Operand<TFloat32>> scale,
      List<Operand<TFloat32>> translation) {
    return round(
        tf,
        tf.image.scaleAndTranslate(
            image,
            tf.dtypes.cast(tf.stack(size), TInt32.class),
            tf.stack(scale),
            tf.stack(translation),
            ScaleAndTranslate.kernelType("keyscubic"),
            ScaleAndTranslate.antialias(true)));
  }

  private static <T extends TType> Operand<T> at(Ops tf, Operand<T> vector, int index) {
    return tf.gather(vector, tf.constant(index), tf.constant(0));
  }

  private static Operand<TFloat32> channels(Ops tf, Operand<TFloat32> image, int first, int count) {
    return tf.slice(
        image, tf.constant(new int[] {0, 0, first}), tf.constant(new int[] {-1, -1, count}));
  }

  private static Operand<TFloat32> round(Ops tf, Operand<TFloat32> levels) {
    return tf.clipByValue(
        tf.math.floor(tf.math.add(levels, tf.constant(0.5f))), tf.constant(0f), tf.constant(255f));
  }
}
