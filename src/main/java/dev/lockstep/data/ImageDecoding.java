package dev.lockstep.data;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** The bytes of an image file to pixels, as operations of a graph. */
public final class ImageDecoding {
  private static final byte[] JPEG_START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final byte[] BMP_START = "BM".getBytes(StandardCharsets.US_ASCII);
  private static final byte OPAQUE = (byte) 255;

  /**
   * By the number of channels less one: where red, green, blue and alpha lie after an opaque
   * channel was appended.
   */
  private static final int[][] RGBA_PLACES = {
    {0, 0, 0, 1}, {0, 0, 0, 1}, {0, 1, 2, 3}, {0, 1, 2, 3}
  };

  private ImageDecoding() {}

  /**
   * The pixels of a JPEG, exactly as libjpeg's accurate transform gives them: TensorFlow's default
   * is off by up to 10 levels.
   *
   * @param bytes []
   * @return [height, width, 3]
   */
  public static Operand<TUint8> jpeg(Ops tf, Operand<TString> bytes) {
    return tf.image.decodeJpeg(
        bytes, DecodeJpeg.channels(3L), DecodeJpeg.dctMethod("INTEGER_ACCURATE"));
  }

  /**
   * The image of a shard's record.
   *
   * @param bytes [], in the encoding and of the size that the manifest names
   * @return [size, size, 3]
   */
  public static Operand<TUint8> stored(
      Ops tf, Operand<TString> bytes, Encoding encoding, int size) {
    Operand<TUint8> pixels =
        switch (encoding) {
          case RAW -> tf.io.decodeRaw(bytes, TUint8.class);
          case PNG -> tf.image.decodePng(bytes, TUint8.class, DecodePng.channels(3L));
          case JPEG -> jpeg(tf, bytes);
          case ORIGINAL -> throw new IllegalArgumentException("an original has a size of its own");
        };
    // Fails for a record that is not what its manifest says.
    return tf.reshape(pixels, tf.constant(new int[] {size, size, 3}));
  }

  /**
   * The pixels of a JPEG, PNG, GIF (its first frame) or BMP (24 or 32 bits). TensorFlow gives a
   * GIF's transparent pixels as black, and a PNG's colour that is named transparent as itself.
   *
   * @param bytes []
   * @return [height, width, 4]: red, green, blue, alpha
   */
  static Operand<TUint8> any(Ops tf, Operand<TString> bytes) {
    // DecodeImage has no accurate transform for JPEG, and DecodeJpeg takes no BMP. A graph runs
    // both, so the one that the image is not for gets a single pixel.
    Operand<TBool> isJpeg = isJpeg(tf, bytes);
    Operand<TUint8> pixel = tf.constant(new byte[1][1][3]);
    Operand<TUint8> jpeg = jpeg(tf, tf.select(isJpeg, bytes, tf.image.encodeJpeg(pixel)));
    Operand<TUint8> other =
        tf.image.decodeImage(
            tf.select(isJpeg, tf.image.encodePng(pixel), bytes),
            TUint8.class,
            DecodeImage.channels(0L),
            DecodeImage.expandAnimations(false));
    // The fourth byte of a BMP's pixel is no alpha but padding, mostly 0.
    Operand<TUint8> leastAlpha =
        tf.select(
            startsWith(tf, bytes, BMP_START),
            tf.constant(new byte[] {0, 0, 0, OPAQUE}),
            tf.constant(new byte[4]));
    return choose(tf, isJpeg, withOpaque(tf, jpeg), tf.math.maximum(rgba(tf, other), leastAlpha));
  }

  static Operand<TBool> isJpeg(Ops tf, Operand<TString> bytes) {
    return startsWith(tf, bytes, JPEG_START);
  }

  private static Operand<TBool> startsWith(Ops tf, Operand<TString> bytes, byte[] start) {
    Operand<TString> opening = tf.strings.substr(bytes, tf.constant(0), tf.constant(start.length));
    return tf.math.equal(
        opening, tf.constantOf(TString.tensorOfBytes(NdArrays.scalarOfObject(start))));
  }

  /** From [height, width, 1 to 4] to [height, width, 4]. */
  private static Operand<TUint8> rgba(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> channels = tf.gather(tf.shape(image), tf.constant(2), tf.constant(0));
    Operand<TInt32> places =
        tf.gather(tf.constant(RGBA_PLACES), tf.math.sub(channels, tf.constant(1)), tf.constant(0));
    return tf.gather(withOpaque(tf, image), places, tf.constant(2));
  }

  /** From [height, width, n] to [height, width, n + 1]. */
  private static Operand<TUint8> withOpaque(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> sides =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TUint8> opaque =
        tf.fill(
            tf.concat(List.of(sides, tf.constant(new int[] {1})), tf.constant(0)),
            tf.constant(OPAQUE));
    return tf.concat(List.of(image, opaque), tf.constant(2));
  }

  /** One of two images of different sizes; both are [height, width, 4]. */
  private static Operand<TUint8> choose(
      Ops tf, Operand<TBool> first, Operand<TUint8> one, Operand<TUint8> two) {
    Operand<TInt32> flat = tf.constant(new int[] {-1});
    Operand<TUint8> both =
        tf.concat(List.of(tf.reshape(one, flat), tf.reshape(two, flat)), tf.constant(0));
    Operand<TInt32> shape = tf.select(first, tf.shape(one), tf.shape(two));
    Operand<TInt32> begin = tf.select(first, tf.constant(0), tf.size(one));
    Operand<TInt32> size = tf.reduceProd(shape, tf.constant(0));
    return tf.reshape(
        tf.slice(
            both,
            tf.reshape(begin, tf.constant(new int[] {1})),
            tf.reshape(size, tf.constant(new int[] {1}))),
        shape);
  }
}
