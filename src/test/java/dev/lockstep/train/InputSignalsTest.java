package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.Batch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

class InputSignalsTest {
  private static final int UNKNOWN = 1;

  /** Two images of one pixel, captions of two and of four words, of six that fit. */
  private static Map<String, Double> signals(int[][][][] images, long[] imageKeys) {
    int[][] ids = {{2, 1, 7, 3, 0, 0}, {2, 1, 1, 8, 9, 3}};
    int[][] mask = {{1, 1, 1, 1, 0, 0}, {1, 1, 1, 1, 1, 1}};
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Batch batch =
          new Batch(
              tf.dtypes.cast(tf.constant(images), TUint8.class),
              tf.constant(ids),
              tf.constant(mask),
              tf.constant(new long[] {4, 4}),
              tf.constant(imageKeys),
              null);
      StepSignals signals =
          new StepSignals(tf, List.of(new InputSignals(UNKNOWN, 6).of(tf, batch)));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(signals.values()).run()) {
        return signals.read(result.get(0));
      }
    }
  }

  @Test
  void countsWhatTheCaptionsAreMadeOf() {
    Map<String, Double> signals =
        signals(new int[][][][] {{{{0, 0, 0}}}, {{{30, 60, 90}}}}, new long[] {5, 6});

    assertThat(signals.get("input/unknown-tokens")).as("3 of 6 words").isEqualTo(0.5);
    assertThat(signals.get("input/full-captions")).as("the second of two").isEqualTo(0.5);
    assertThat(signals.get("input/distinct-captions")).isEqualTo(0.5);
    assertThat(signals.get("input/distinct-images")).isEqualTo(1);
  }

  @Test
  void deviationOfThePixelsOverTheBatch() {
    Map<String, Double> signals =
        signals(new int[][][][] {{{{0, 0, 0}}}, {{{30, 60, 90}}}}, new long[] {5, 6});

    assertThat(signals.get("input/image-deviation")).as("15, 30, 45").isCloseTo(30, within(1e-5));
  }

  @Test
  void oneImageForAllDoesNotDeviate() {
    int[][][] image = {{{200, 10, 90}}};
    Map<String, Double> signals = signals(new int[][][][] {image, image}, new long[] {5, 5});

    assertThat(signals.get("input/image-deviation")).isZero();
    assertThat(signals.get("input/distinct-images")).isEqualTo(0.5);
  }
}
