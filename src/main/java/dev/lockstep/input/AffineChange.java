package dev.lockstep.input;

import dev.lockstep.input.Augmentation.Draw;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;

/**
 * Where each pixel of an augmented image comes from: mirror, scale, rotation, shift and crop, and
 * the change from the stored size to the model's, as one affine map.
 *
 * <p>In coordinates from -0.5 to 0.5 over the picture, a point o of the result shows the point i =
 * crop.centre + crop.size * (R(o.x * mirror, o.y) / scale + shift) of the stored picture.
 */
final class AffineChange {
  private final AugmentSpec spec;
  private final int storedSize;
  private final int imageSize;

  AffineChange(AugmentSpec spec, int storedSize, int imageSize) {
    this.spec = spec;
    this.storedSize = storedSize;
    this.imageSize = imageSize;
  }

  /**
   * @return [batch, 8], as {@code ImageProjectiveTransformV3} takes them: from the indices of a
   *     pixel of the result to those in the stored picture
   */
  Operand<TFloat32> transforms(Ops tf, PositionalRandom random) {
    CropChange crop = new CropChange(spec);
    Axis x = axis(tf, random, Draw.SHIFT_X, crop.horizontal(tf, random));
    Axis y = axis(tf, random, Draw.SHIFT_Y, crop.vertical(tf, random));

    double turn = Math.toRadians(spec.rotationDegrees());
    Operand<TFloat32> angle = random.uniform(Draw.ROTATION, -turn, turn);
    Operand<TFloat32> zoom =
        tf.math.reciprocal(random.uniform(Draw.SCALE, spec.scale().low(), spec.scale().high()));
    Operand<TFloat32> cos = tf.math.mul(tf.math.cos(angle), zoom);
    Operand<TFloat32> sin = tf.math.mul(tf.math.sin(angle), zoom);
    Operand<TFloat32> mirror = crop.mirror(tf, random);

    Operand<TFloat32> zero = tf.zerosLike(angle);
    List<Operand<TFloat32>> columns =
        new ArrayList<>(row(tf, x, tf.math.mul(cos, mirror), tf.math.neg(sin)));
    columns.addAll(row(tf, y, tf.math.mul(sin, mirror), cos));
    columns.add(zero);
    columns.add(zero);
    return tf.stack(columns, Stack.axis(1L));
  }

  /**
   * The crop and the shift along one side.
   *
   * @param size [batch], the crop's side as a share of the picture's
   * @param centre [batch], from -0.5 to 0.5
   */
  private record Axis(Operand<TFloat32> size, Operand<TFloat32> centre) {}

  private Axis axis(Ops tf, PositionalRandom random, int shiftDraw, CropChange.Side side) {
    Operand<TFloat32> shift = random.uniform(shiftDraw, -spec.translation(), spec.translation());
    return new Axis(side.size(), tf.math.add(side.centre(), tf.math.mul(side.size(), shift)));
  }

  /** The three numbers that give one coordinate in the stored picture, in pixels. */
  private List<Operand<TFloat32>> row(
      Ops tf, Axis axis, Operand<TFloat32> ofX, Operand<TFloat32> ofY) {
    Operand<TFloat32> pixels = tf.constant((float) storedSize / imageSize);
    Operand<TFloat32> a = tf.math.mul(tf.math.mul(axis.size(), ofX), pixels);
    Operand<TFloat32> b = tf.math.mul(tf.math.mul(axis.size(), ofY), pixels);
    // A pixel's index is 0.5 less than its centre's coordinate, on both sides.
    Operand<TFloat32> half = tf.constant(0.5f - imageSize / 2f);
    Operand<TFloat32> centre =
        tf.math.add(
            tf.math.mul(axis.centre(), tf.constant((float) storedSize)),
            tf.constant(storedSize / 2f - 0.5f));
    return List.of(a, b, tf.math.add(centre, tf.math.mul(tf.math.add(a, b), half)));
  }
}
