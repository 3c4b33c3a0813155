package dev.lockstep.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * How a camera was held, read from a JPEG's bytes by operations of a graph: an exported model sets
 * photographs upright as data preparation does. TIFF 6.0 and Exif 2.3 say how the block is laid
 * out: {@code ff e1, length, "Exif", 0, 0}, a TIFF header, then entries of 12 bytes.
 */
final class ExifOrientation {
  /** A camera writes the block first, so that a viewer need not look far. */
  private static final int LOOKED_AT = 4096;

  private static final int ENTRIES = 64;
  private static final int ENTRY_BYTES = 12;
  private static final int ORIENTATION_TAG = 0x0112;
  private static final int UPRIGHT = 1;
  private static final int VALUES = 8;

  /** Bytes before "Exif" in the block: the marker and the length, which may be anything. */
  private static final int[] MARKER = {0xff, 0xe1};

  private final Ops tf;

  private ExifOrientation(Ops tf) {
    this.tf = tf;
  }

  /**
   * The value of the tag, 1 to 8; 1 where there is none.
   *
   * @param jpeg []
   * @return []
   */
  static Operand<TInt32> of(Ops tf, Operand<TString> jpeg) {
    return new ExifOrientation(tf).read(jpeg);
  }

  /** The order of the axes that sets such an image upright, [3]. */
  static Operand<TInt32> axes(Ops tf, Operand<TInt32> orientation) {
    int[][] table = new int[VALUES + 1][];
    for (int value = 0; value <= VALUES; value++) {
      table[value] = Orientation.of(value).axes();
    }
    return tf.gather(tf.constant(table), orientation, tf.constant(0));
  }

  /** The axes to turn round after that, [0 to 2]. */
  static Operand<TInt32> mirrored(Ops tf, Operand<TInt32> orientation) {
    int[][] table = new int[VALUES + 1][2];
    for (int value = 0; value <= VALUES; value++) {
      for (int axis : Orientation.of(value).mirrored()) {
        table[value][axis] = 1;
      }
    }
    Operand<TInt32> turned = tf.gather(tf.constant(table), orientation, tf.constant(0));
    Operand<TInt64> places = tf.where(tf.math.equal(turned, tf.constant(1)));
    return tf.dtypes.cast(tf.reshape(places, tf.constant(new int[] {-1})), TInt32.class);
  }

  private Operand<TInt32> read(Operand<TString> jpeg) {
    Operand<TUint8> opening =
        tf.io.decodeRaw(
            tf.strings.substr(jpeg, tf.constant(0), tf.constant(LOOKED_AT)), TUint8.class);
    // What is read beyond the end is 0: no marker and no tag.
    int reach = LOOKED_AT + ENTRIES * ENTRY_BYTES;
    Operand<TInt32> bytes =
        tf.concat(
            List.of(
                tf.dtypes.cast(opening, TInt32.class),
                tf.fill(tf.constant(new int[] {reach}), tf.constant(0))),
            tf.constant(0));
    Operand<TBool> found = blocks(bytes);
    Operand<TInt32> tiff =
        tf.math.add(
            tf.dtypes.cast(
                tf.math.argMax(tf.dtypes.cast(found, TInt32.class), tf.constant(0)), TInt32.class),
            tf.constant(blockStart().size()));
    Operand<TInt32> value = tagValue(bytes, tiff);
    Operand<TBool> sound =
        tf.math.logicalAnd(
            tf.reduceAny(found, tf.constant(0)),
            tf.math.logicalAnd(
                tf.math.greaterEqual(value, tf.constant(UPRIGHT)),
                tf.math.lessEqual(value, tf.constant(VALUES))));
    return tf.select(sound, value, tf.constant(UPRIGHT));
  }

  /** For each of the first places, whether the block begins there. */
  private Operand<TBool> blocks(Operand<TInt32> bytes) {
    Operand<TBool> all = tf.fill(tf.constant(new int[] {LOOKED_AT}), tf.constant(true));
    List<Integer> start = blockStart();
    for (int i = 0; i < start.size(); i++) {
      if (start.get(i) >= 0) {
        Operand<TInt32> shifted =
            tf.slice(bytes, tf.constant(new int[] {i}), tf.constant(new int[] {LOOKED_AT}));
        all = tf.math.logicalAnd(all, tf.math.equal(shifted, tf.constant(start.get(i))));
      }
    }
    return all;
  }

  /** The bytes that the block begins with; -1 for any. */
  private static List<Integer> blockStart() {
    List<Integer> start = new ArrayList<>();
    for (int marker : MARKER) {
      start.add(marker);
    }
    start.addAll(List.of(-1, -1));
    for (byte letter : "Exif\0\0".getBytes(StandardCharsets.US_ASCII)) {
      start.add((int) letter);
    }
    return start;
  }

  private Operand<TInt32> tagValue(Operand<TInt32> bytes, Operand<TInt32> tiff) {
    Operand<TBool> little = tf.math.equal(at(bytes, tiff), tf.constant((int) 'I'));
    // An offset of four bytes, of which the lower two reach further than is looked.
    Operand<TInt32> low = tf.select(little, tf.constant(4), tf.constant(6));
    Operand<TInt32> directory = tf.math.add(tiff, word(bytes, tf.math.add(tiff, low), little));
    Operand<TInt32> count = word(bytes, directory, little);
    Operand<TInt32> numbers = tf.range(tf.constant(0), tf.constant(ENTRIES), tf.constant(1));
    Operand<TInt32> entries =
        tf.math.add(
            tf.math.add(directory, tf.constant(2)), tf.math.mul(numbers, tf.constant(ENTRY_BYTES)));
    Operand<TBool> isTag =
        tf.math.logicalAnd(
            tf.math.less(numbers, count),
            tf.math.equal(word(bytes, entries, little), tf.constant(ORIENTATION_TAG)));
    Operand<TInt32> values = word(bytes, tf.math.add(entries, tf.constant(8)), little);
    return tf.reduceMax(tf.select(isTag, values, tf.zerosLike(values)), tf.constant(0));
  }

  /** The two bytes at each place as a number. */
  private Operand<TInt32> word(
      Operand<TInt32> bytes, Operand<TInt32> places, Operand<TBool> little) {
    Operand<TInt32> first = at(bytes, places);
    Operand<TInt32> second = at(bytes, tf.math.add(places, tf.constant(1)));
    Operand<TInt32> base = tf.constant(256);
    Operand<TInt32> whenLittle = tf.math.add(first, tf.math.mul(second, base));
    Operand<TInt32> whenBig = tf.math.add(second, tf.math.mul(first, base));
    return tf.select(tf.broadcastTo(little, tf.shape(first)), whenLittle, whenBig);
  }

  private Operand<TInt32> at(Operand<TInt32> bytes, Operand<TInt32> places) {
    Operand<TInt32> last = tf.math.sub(tf.size(bytes), tf.constant(1));
    return tf.gather(bytes, tf.math.minimum(places, last), tf.constant(0));
  }
}
