package dev.lockstep.input;

import dev.lockstep.input.Augmentation.Draw;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * The random change of an image's colours: hue, saturation, brightness, contrast and the channels'
 * own contrast and shift, in this order, all of which are affine in (red, green, blue) and so make
 * one matrix and one offset an image.
 *
 * <p>Hue and saturation are the matrices of {@code feColorMatrix} in W3C's Filter Effects Module
 * (hueRotate, saturate).
 */
final class ColourChange {
  private static final float[][] IDENTITY = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  private static final float[][] GREY = {
    {.213f, .715f, .072f}, {.213f, .715f, .072f}, {.213f, .715f, .072f}
  };
  private static final float[][] HUE_SINE = {
    {-.213f, -.715f, .928f}, {.143f, .140f, -.283f}, {-.787f, .715f, .072f}
  };

  private final AugmentSpec spec;

  ColourChange(AugmentSpec spec) {
    this.spec = spec;
  }

  /**
   * @param images [batch, size, size, 3], 0 to 255
   * @return the same shape, not clipped
   */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images, int size, PositionalRandom random) {
    Operand<TFloat32> brightness = around(random, Draw.BRIGHTNESS, spec.brightness());
    Operand<TFloat32> contrast = around(random, Draw.CONTRAST, spec.contrast());
    // [batch, 3]
    Operand<TFloat32> channels =
        random.uniforms(
            Draw.CHANNEL_CONTRAST, 3, 1 - spec.channelContrast(), 1 + spec.channelContrast());
    Operand<TFloat32> shift =
        random.uniforms(Draw.CHANNEL_SHIFT, 3, -spec.channelShift(), spec.channelShift());

    Operand<TFloat32> aroundMidGrey =
        tf.math.mul(channels, tf.expandDims(contrast, tf.constant(1)));
    Operand<TFloat32> factor =
        tf.math.mul(aroundMidGrey, tf.expandDims(brightness, tf.constant(1)));
    Operand<TFloat32> offset =
        tf.math.add(
            tf.math.mul(
                tf.math.sub(tf.constant(1f), aroundMidGrey), tf.constant(Augmentation.MID_GREY)),
            tf.math.mul(shift, tf.constant(255f)));
    Operand<TFloat32> mixed = spec.mixesColours() ? mixed(tf, images, size, random) : images;
    // A factor for a whole row of pixels: TensorFlow broadcasts over the innermost 3 values four
    // times slower.
    Operand<TFloat32> rows = tf.reshape(mixed, tf.constant(new int[] {-1, size, 3 * size}));
    return tf.reshape(
        tf.math.add(tf.math.mul(rows, perRow(tf, factor, size)), perRow(tf, offset, size)),
        tf.constant(new int[] {-1, size, size, 3}));
  }

  /** Hue, then saturation. */
  private Operand<TFloat32> mixed(
      Ops tf, Operand<TFloat32> images, int size, PositionalRandom random) {
    double turn = Math.toRadians(spec.hueDegrees());
    Operand<TFloat32> angle = matrices(tf, random.uniform(Draw.HUE, -turn, turn));
    Operand<TFloat32> kept =
        tf.math.sub(tf.constant(1f), random.happens(Draw.GRAYSCALE, spec.grayscale()));
    Operand<TFloat32> saturation =
        matrices(tf, tf.math.mul(kept, around(random, Draw.SATURATION, spec.saturation())));

    Operand<TFloat32> identity = tf.constant(StdArrays.ndCopyOf(IDENTITY));
    Operand<TFloat32> grey = tf.constant(StdArrays.ndCopyOf(GREY));
    Operand<TFloat32> colour = tf.math.sub(identity, grey);
    Operand<TFloat32> hue =
        tf.math.add(
            grey,
            tf.math.add(
                tf.math.mul(tf.math.cos(angle), colour),
                tf.math.mul(tf.math.sin(angle), tf.constant(StdArrays.ndCopyOf(HUE_SINE)))));
    Operand<TFloat32> saturate = tf.math.add(grey, tf.math.mul(saturation, colour));
    // [batch, 3, 3], from the stored colours (columns) to the new ones (rows)
    Operand<TFloat32> matrix = tf.train.batchMatMul(saturate, hue, TFloat32.class);
    Operand<TFloat32> pixels = tf.reshape(images, tf.constant(new int[] {-1, size * size, 3}));
    return tf.train.batchMatMul(pixels, matrix, TFloat32.class, BatchMatMul.adjY(true));
  }

  private static Operand<TFloat32> around(PositionalRandom random, int draw, double width) {
    return random.uniform(draw, 1 - width, 1 + width);
  }

  /** [batch] to [batch, 1, 1]. */
  private static Operand<TFloat32> matrices(Ops tf, Operand<TFloat32> values) {
    return tf.reshape(values, tf.constant(new int[] {-1, 1, 1}));
  }

  /** [batch, 3] to [batch, 1, size * 3]. */
  private static Operand<TFloat32> perRow(Ops tf, Operand<TFloat32> values, int size) {
    return tf.tile(tf.expandDims(values, tf.constant(1)), tf.constant(new int[] {1, 1, size}));
  }
}
