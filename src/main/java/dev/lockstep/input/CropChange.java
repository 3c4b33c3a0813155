package dev.lockstep.input;

import dev.lockstep.input.Augmentation.Draw;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** The random cut out of a picture and its mirror image. */
final class CropChange {
  private static final double LOG_RATIO = Math.log(4.0 / 3.0);

  private final AugmentSpec spec;

  CropChange(AugmentSpec spec) {
    this.spec = spec;
  }

  /**
   * The cut along one side of the picture.
   *
   * @param size [batch], as a share of the side
   * @param centre [batch], from -0.5 to 0.5
   */
  record Side(Operand<TFloat32> size, Operand<TFloat32> centre) {}

  Side horizontal(Ops tf, PositionalRandom random) {
    return side(tf, random, Draw.CROP_X, 0.5);
  }

  Side vertical(Ops tf, PositionalRandom random) {
    return side(tf, random, Draw.CROP_Y, -0.5);
  }

  /** [batch], -1 for a mirror image and 1 for none. */
  Operand<TFloat32> mirror(Ops tf, PositionalRandom random) {
    return tf.math.sub(
        tf.constant(1f), tf.math.mul(tf.constant(2f), random.happens(Draw.FLIP, spec.flip())));
  }

  /**
   * The cut alone, where nothing else moves the picture: a third of the cost of an affine map. The
   * corners' pixels of the cut become those of the result, so that no pixel lies outside.
   *
   * @param images [batch, storedSize, storedSize, 3]
   * @return [batch, imageSize, imageSize, 3]
   */
  Operand<TFloat32> apply(Ops tf, Operand<TUint8> images, int imageSize, PositionalRandom random) {
    Side x = horizontal(tf, random);
    Side y = vertical(tf, random);
    Operand<TFloat32> middle = tf.constant(0.5f);
    Operand<TFloat32> halfWidth = tf.math.mul(tf.math.mul(x.size(), mirror(tf, random)), middle);
    Operand<TFloat32> halfHeight = tf.math.mul(y.size(), middle);
    Operand<TFloat32> centreX = tf.math.add(x.centre(), middle);
    Operand<TFloat32> centreY = tf.math.add(y.centre(), middle);
    Operand<TFloat32> boxes =
        tf.stack(
            List.of(
                tf.math.sub(centreY, halfHeight),
                tf.math.sub(centreX, halfWidth),
                tf.math.add(centreY, halfHeight),
                tf.math.add(centreX, halfWidth)),
            Stack.axis(1L));
    Operand<TInt32> batch = tf.size(x.size());
    return tf.image.cropAndResize(
        images,
        // Rounding may put a corner just outside, where the operation would paint black.
        tf.clipByValue(boxes, tf.constant(0f), tf.constant(1f)),
        tf.range(tf.constant(0), batch, tf.constant(1)),
        tf.constant(new int[] {imageSize, imageSize}));
  }

  /**
   * @param exponent of the sides' ratio: 0.5 for the width, -0.5 for the height
   */
  private Side side(Ops tf, PositionalRandom random, int draw, double exponent) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> area = random.uniform(Draw.CROP_AREA, spec.crop().low(), spec.crop().high());
    // Pictures that are not cut are not stretched.
    double ratio = spec.crop().equals(AugmentSpec.Range.ONE) ? 0 : LOG_RATIO * exponent;
    Operand<TFloat32> size =
        tf.math.minimum(
            tf.math.mul(
                tf.math.sqrt(area), tf.math.exp(random.uniform(Draw.CROP_RATIO, -ratio, ratio))),
            one);
    Operand<TFloat32> room = tf.math.sub(one, size);
    return new Side(size, tf.math.mul(room, random.uniform(draw, -0.5, 0.5)));
  }
}
