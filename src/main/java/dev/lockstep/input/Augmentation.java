package dev.lockstep.input;

import dev.lockstep.data.Background;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ImageProjectiveTransformV3;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The random changes to a batch of images, all images at once: one affine sampling straight from
 * the stored size to the model's, one affine map of the colours, one rectangle painted over.
 */
final class Augmentation {
  static final float MID_GREY = 127.5f;

  private final AugmentSpec spec;
  private final RecordSource source;
  private final int imageSize;

  Augmentation(AugmentSpec spec, RecordSource source, int imageSize) {
    this.spec = spec;
    this.source = source;
    this.imageSize = imageSize;
  }

  /**
   * @param images [batch, storedSize, storedSize, 3]
   * @return [batch, imageSize, imageSize, 3]
   */
  Operand<TUint8> apply(Ops tf, Operand<TUint8> images, PositionalRandom random) {
    Operand<TFloat32> changed =
        spec.cropsOnly()
            ? new CropChange(spec).apply(tf, images, imageSize, random)
            : moved(tf, tf.dtypes.cast(images, TFloat32.class), random);
    if (spec.changesColours()) {
      changed = new ColourChange(spec).apply(tf, changed, imageSize, random);
    }
    Operand<TFloat32> clipped = tf.clipByValue(changed, tf.constant(0f), tf.constant(255f));
    Operand<TUint8> rounded = tf.dtypes.cast(tf.math.add(clipped, tf.constant(0.5f)), TUint8.class);
    return spec.erase() > 0 ? erased(tf, rounded, random) : rounded;
  }

  private Operand<TFloat32> moved(Ops tf, Operand<TFloat32> images, PositionalRandom random) {
    Operand<TFloat32> transforms =
        new AffineChange(spec, source.storedSize(), imageSize).transforms(tf, random);
    if (source.background().isEmpty()) {
      return sample(tf, images, transforms, "NEAREST", 0);
    }
    Background background = source.background().get();
    if (background.red() == background.green() && background.green() == background.blue()) {
      return sample(tf, images, transforms, "CONSTANT", background.red());
    }
    // The operation fills all channels with one value, so the background is made its zero.
    Operand<TFloat32> zero = tf.constant(channels(background));
    return tf.math.add(sample(tf, tf.math.sub(images, zero), transforms, "CONSTANT", 0), zero);
  }

  private Operand<TFloat32> sample(
      Ops tf, Operand<TFloat32> images, Operand<TFloat32> transforms, String fillMode, float fill) {
    return tf.image.imageProjectiveTransformV3(
        images,
        transforms,
        tf.constant(new int[] {imageSize, imageSize}),
        tf.constant(fill),
        "BILINEAR",
        ImageProjectiveTransformV3.fillMode(fillMode));
  }

  /** A rectangle of each of the chosen images becomes background, or mid grey without one. */
  private Operand<TUint8> erased(Ops tf, Operand<TUint8> images, PositionalRandom random) {
    Operand<TFloat32> area = random.uniform(Draw.ERASE_AREA, 0.02, 0.2);
    Operand<TFloat32> ratio =
        tf.math.exp(random.uniform(Draw.ERASE_RATIO, Math.log(0.3), Math.log(1 / 0.3)));
    Operand<TFloat32> chosen = random.happens(Draw.ERASE, spec.erase());
    Operand<TFloat32> width = tf.math.mul(tf.math.sqrt(tf.math.mul(area, ratio)), chosen);
    Operand<TFloat32> height = tf.math.mul(tf.math.sqrt(tf.math.div(area, ratio)), chosen);
    Operand<TBool> columns = covered(tf, random.uniform(Draw.ERASE_X, 0, 1), width);
    Operand<TBool> rows = covered(tf, random.uniform(Draw.ERASE_Y, 0, 1), height);
    Operand<TBool> inside =
        tf.math.logicalAnd(
            tf.reshape(rows, tf.constant(new int[] {-1, imageSize, 1, 1})),
            tf.reshape(columns, tf.constant(new int[] {-1, 1, imageSize, 1})));
    float[] paint =
        source
            .background()
            .map(Augmentation::channels)
            .orElse(new float[] {MID_GREY, MID_GREY, MID_GREY});
    return tf.select(inside, tf.dtypes.cast(tf.constant(paint), TUint8.class), images);
  }

  private static float[] channels(Background background) {
    return new float[] {background.red(), background.green(), background.blue()};
  }

  /**
   * Which pixels of a side lie in an interval.
   *
   * @param place [batch], 0 to 1, of the interval within the room that it leaves
   * @param length [batch], as a share of the side
   * @return [batch, imageSize]
   */
  private Operand<TBool> covered(Ops tf, Operand<TFloat32> place, Operand<TFloat32> length) {
    float[] centres = new float[imageSize];
    for (int i = 0; i < imageSize; i++) {
      centres[i] = (i + 0.5f) / imageSize;
    }
    Operand<TFloat32> low = tf.math.mul(place, tf.math.sub(tf.constant(1f), length));
    Operand<TFloat32> high = tf.math.add(low, length);
    Operand<TFloat32> pixels = tf.constant(centres);
    return tf.math.logicalAnd(
        tf.math.greaterEqual(pixels, tf.expandDims(low, tf.constant(1))),
        tf.math.less(pixels, tf.expandDims(high, tf.constant(1))));
  }

  /** Which of a record's random numbers is for what; a number once given is kept. */
  static final class Draw {
    static final int SCALE = 0;
    static final int ROTATION = 1;
    static final int SHIFT_X = 2;
    static final int SHIFT_Y = 3;
    static final int FLIP = 4;
    static final int CROP_AREA = 5;
    static final int CROP_RATIO = 6;
    static final int CROP_X = 7;
    static final int CROP_Y = 8;
    static final int BRIGHTNESS = 9;
    static final int CONTRAST = 10;
    static final int SATURATION = 11;
    static final int HUE = 12;
    static final int GRAYSCALE = 13;
    static final int ERASE = 14;
    static final int ERASE_AREA = 15;
    static final int ERASE_RATIO = 16;
    static final int ERASE_X = 17;
    static final int ERASE_Y = 18;

    /** And the two after it. */
    static final int CHANNEL_CONTRAST = 19;

    /** And the two after it. */
    static final int CHANNEL_SHIFT = 22;

    private Draw() {}
  }
}
