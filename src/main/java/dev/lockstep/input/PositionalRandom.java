package dev.lockstep.input;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Random numbers that depend on a seed and a record's position in the stream only, not on the batch
 * or the process that it falls into.
 *
 * <p>SplitMix64 (Steele, Lea and Flood 2014): the record at position p draws from the generator
 * whose seed is the p-th number of the generator with the given seed. Agrees with {@link
 * java.util.SplittableRandom}.
 */
final class PositionalRandom {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private final Ops tf;
  private final Operand<TInt64> states;

  /**
   * @param positions [batch]
   */
  PositionalRandom(Ops tf, long seed, Operand<TInt64> positions) {
    this.tf = tf;
    this.states = draw(tf.constant(seed), positions);
  }

  /**
   * Evenly from {@code low} to {@code high}.
   *
   * @param draw which of the record's numbers, from 0
   * @return [batch]
   */
  Operand<TFloat32> uniform(int draw, double low, double high) {
    return scale(draw(states, tf.constant((long) draw)), low, high);
  }

  /**
   * As {@link #uniform}, several at a time.
   *
   * @return [batch, count], from draw {@code first} on
   */
  Operand<TFloat32> uniforms(int first, int count, double low, double high) {
    long[] draws = new long[count];
    for (int i = 0; i < count; i++) {
      draws[i] = first + i;
    }
    return scale(draw(tf.expandDims(states, tf.constant(1)), tf.constant(draws)), low, high);
  }

  /**
   * True with the given probability.
   *
   * @return [batch], 1 or 0
   */
  Operand<TFloat32> happens(int draw, double probability) {
    return tf.dtypes.cast(
        tf.math.less(uniform(draw, 0, 1), tf.constant((float) probability)), TFloat32.class);
  }

  /** The {@code index}-th number, from 0, of the generator with the given seed. */
  private Operand<TInt64> draw(Operand<TInt64> seed, Operand<TInt64> index) {
    Operand<TInt64> steps = tf.math.add(index, tf.constant(1L));
    return mix(tf.math.add(seed, tf.math.mul(steps, tf.constant(GOLDEN_GAMMA))));
  }

  private Operand<TInt64> mix(Operand<TInt64> z) {
    Operand<TInt64> a = tf.math.mul(xorShifted(z, 30), tf.constant(0xbf58476d1ce4e5b9L));
    Operand<TInt64> b = tf.math.mul(xorShifted(a, 27), tf.constant(0x94d049bb133111ebL));
    return xorShifted(b, 31);
  }

  private Operand<TInt64> xorShifted(Operand<TInt64> z, int bits) {
    return tf.bitwise.bitwiseXor(z, shiftRight(z, bits));
  }

  /** Logical, as Java's {@code >>>}; TensorFlow's own keeps the sign. */
  private Operand<TInt64> shiftRight(Operand<TInt64> z, int bits) {
    return tf.bitwise.bitwiseAnd(
        tf.bitwise.rightShift(z, tf.constant((long) bits)), tf.constant(-1L >>> bits));
  }

  private Operand<TFloat32> scale(Operand<TInt64> bits, double low, double high) {
    // 24 bits are what a float32 holds exactly, so 1 is never reached.
    Operand<TFloat32> unit =
        tf.math.mul(tf.dtypes.cast(shiftRight(bits, 40), TFloat32.class), tf.constant(0x1p-24f));
    return tf.math.add(
        tf.math.mul(unit, tf.constant((float) (high - low))), tf.constant((float) low));
  }
}
