package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class PositionalRandomTest {
  /** Java's own generator is the independent implementation. */
  @Test
  void agreesWithSplittableRandom() {
    long[] positions = {0, 1, 2, 1_000_000};
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      PositionalRandom random = new PositionalRandom(tf, -42, tf.constant(positions));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(random.uniforms(3, 2, -1, 1)).run()) {
        TFloat32 drawn = (TFloat32) result.get(0);
        for (int i = 0; i < positions.length; i++) {
          SplittableRandom ofRecord = new SplittableRandom(nth(-42, positions[i]));
          ofRecord.nextLong();
          ofRecord.nextLong();
          ofRecord.nextLong();
          for (int draw = 0; draw < 2; draw++) {
            double expected = (ofRecord.nextLong() >>> 40) / (double) (1 << 24) * 2 - 1;
            assertThat((double) drawn.getFloat(i, draw)).isCloseTo(expected, within(1e-6));
          }
        }
      }
    }
  }

  private static long nth(long seed, long index) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < index; i++) {
      random.nextLong();
    }
    return random.nextLong();
  }
}
