package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class EmbeddingSignalsTest {
  private static final Offset<Double> CLOSE = within(2e-6);
  private static final float[][] IMAGES = {{1, 0}, {0, 1}};
  private static final float[][] TEXTS = {{1, 0}, {0.8f, 0.6f}};
  private static final long[] DISTINCT = {1, 2};

  private static Map<String, Double> signals(
      float[][] images, float[][] texts, long[] captionKeys, long[] imageKeys) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> image = tf.constant(images);
      Operand<TFloat32> text = tf.constant(texts);
      Operand<TFloat32> longImage = tf.math.mul(image, tf.constant(4f));
      Encoded encoded =
          new Encoded(null, null, longImage, text, image, text, tf.constant(1f), List.of());
      Batch batch =
          new Batch(null, null, null, tf.constant(captionKeys), tf.constant(imageKeys), null);
      StepSignals signals = new StepSignals(tf, List.of(EmbeddingSignals.of(tf, encoded, batch)));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(signals.values()).run()) {
        return signals.read(result.get(0));
      }
    }
  }

  /** The cosines are 1 and 0.8 for the first image, 0 and 0.6 for the second. */
  @Test
  void twoPairs() {
    Map<String, Double> signals = signals(IMAGES, TEXTS, DISTINCT, DISTINCT);

    assertThat(signals.get("similarity/positive")).isCloseTo(0.8, CLOSE);
    assertThat(signals.get("similarity/negative")).isCloseTo(0.4, CLOSE);
    assertThat(signals.get("similarity/deviation")).isCloseTo(0.4, CLOSE);
    assertThat(signals.get("alignment")).as("2 - 2 * 0.8").isCloseTo(0.4, CLOSE);
    assertThat(signals.get("accuracy/image-to-text")).isEqualTo(1);
    assertThat(signals.get("accuracy/text-to-image"))
        .as("the second caption is nearer to the first image")
        .isEqualTo(0.5);
    assertThat(signals.get("embedding-norm/image")).isCloseTo(4, CLOSE);
  }

  /** A right angle has the squared distance 2; a cosine of 0.8 has 0.4. */
  @Test
  void spread() {
    Map<String, Double> signals = signals(IMAGES, TEXTS, DISTINCT, DISTINCT);

    assertThat(signals.get("mean-cosine/image")).isCloseTo(0, CLOSE);
    assertThat(signals.get("mean-cosine/text")).isCloseTo(0.8, CLOSE);
    assertThat(signals.get("uniformity/image")).isCloseTo(-4, CLOSE);
    assertThat(signals.get("uniformity/text")).isCloseTo(-0.8, CLOSE);
  }

  /**
   * Two equal singular values make 2. The Gram matrix of the texts has the eigenvalues 1.8 and 0.2,
   * so the singular values are as 3 to 1: exp(-(0.75 ln 0.75 + 0.25 ln 0.25)) = 1.754765.
   */
  @Test
  void effectiveRank() {
    Map<String, Double> signals = signals(IMAGES, TEXTS, DISTINCT, DISTINCT);

    assertThat(signals.get("effective-rank/image")).isCloseTo(2, CLOSE);
    assertThat(signals.get("effective-rank/text")).isCloseTo(1.754765, CLOSE);
  }

  @Test
  void oneEmbeddingForAllIsCollapse() {
    float[][] same = {{0.6f, 0.8f}, {0.6f, 0.8f}};
    Map<String, Double> signals = signals(same, same, DISTINCT, DISTINCT);

    assertThat(signals.get("mean-cosine/image")).isCloseTo(1, CLOSE);
    assertThat(signals.get("uniformity/image")).isCloseTo(0, within(1e-5));
    assertThat(signals.get("effective-rank/image")).isCloseTo(1, CLOSE);
    assertThat(signals.get("similarity/deviation")).isCloseTo(0, CLOSE);
    assertThat(signals.get("accuracy/image-to-text")).as("one of two by chance").isEqualTo(0.5);
  }

  @Test
  void equalCaptionsAreNotDifferentExamples() {
    float[][] images = {{1, 0}, {0, 1}, {0, 1}};
    float[][] texts = {{1, 0}, {1, 0}, {0, 1}};
    Map<String, Double> signals =
        signals(images, texts, new long[] {7, 7, 8}, new long[] {1, 2, 3});

    assertThat(signals.get("mean-cosine/text")).as("first and third, second and third").isZero();
    assertThat(signals.get("similarity/positive"))
        .as("captions 1 and 2 are right for images 1 and 2: 1, 1, 0, 0; the third: 1")
        .isCloseTo(0.6, CLOSE);
    assertThat(signals.get("accuracy/image-to-text"))
        .as("the second image picks the third caption")
        .isCloseTo(2 / 3.0, CLOSE);
  }

  @Test
  void whatABatchDoesNotHaveIsAbsent() {
    Map<String, Double> signals = signals(IMAGES, TEXTS, new long[] {7, 7}, DISTINCT);

    assertThat(signals)
        .doesNotContainKeys("mean-cosine/text", "similarity/negative")
        .containsKeys("mean-cosine/image", "similarity/positive");
  }

  @Test
  void noNumbersDoNotStopTheStep() {
    float[][] broken = {{Float.NaN, 0}, {0, 1}};
    assertThat(signals(broken, TEXTS, DISTINCT, DISTINCT)).containsKey("effective-rank/text");
  }

  /** Computed with numpy in float64, the rank by numpy.linalg.svd of the embeddings themselves. */
  @Test
  void agreesWithNumpy() {
    float[][] images = unitRows((i, d) -> Math.sin(1 + 3 * i + 5 * d + i * d));
    float[][] texts = unitRows((i, d) -> Math.cos(2 + 7 * i + 3 * d + i * i * d));
    long[] captions = {1, 2, 1, 3, 4, 2};
    long[] pictures = {1, 2, 3, 4, 4, 5};
    Map<String, Double> signals = signals(images, texts, captions, pictures);

    assertThat(signals.get("mean-cosine/image")).isCloseTo(-0.066341, CLOSE);
    assertThat(signals.get("uniformity/image")).isCloseTo(-3.170952, CLOSE);
    assertThat(signals.get("effective-rank/image")).isCloseTo(3.885194, CLOSE);
    assertThat(signals.get("mean-cosine/text")).isCloseTo(-0.093030, CLOSE);
    assertThat(signals.get("uniformity/text")).isCloseTo(-2.686030, CLOSE);
    assertThat(signals.get("effective-rank/text")).isCloseTo(3.400962, CLOSE);
    assertThat(signals.get("alignment")).isCloseTo(2.269832, CLOSE);
    assertThat(signals.get("similarity/negative")).isCloseTo(0.090572, CLOSE);
    assertThat(signals.get("similarity/deviation")).isCloseTo(0.465066, CLOSE);
    assertThat(signals.get("accuracy/image-to-text")).isCloseTo(0.166667, CLOSE);
    assertThat(signals.get("accuracy/text-to-image")).isCloseTo(0.166667, CLOSE);
  }

  private interface Element {
    double at(int row, int column);
  }

  private static float[][] unitRows(Element element) {
    float[][] rows = new float[6][4];
    for (int i = 0; i < 6; i++) {
      double squared = 0;
      for (int d = 0; d < 4; d++) {
        squared += Math.pow(element.at(i, d), 2);
      }
      for (int d = 0; d < 4; d++) {
        rows[i][d] = (float) (element.at(i, d) / Math.sqrt(squared));
      }
    }
    return rows;
  }
}
