package dev.lockstep.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import dev.lockstep.tensorflow.VariableValues;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** With embeddings that make the logits easy to see; the loss does not ask for length 1. */
class InfoNceTest {
  private static final float LN_2 = (float) Math.log(2);
  private static final float LN_3 = (float) Math.log(3);
  private static final float[][] UNIT_2 = {{1, 0}, {0, 1}};
  private static final float[][] UNIT_3 = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  private static final long[] DISTINCT = {1, 2, 3};

  /**
   * What the loss gave.
   *
   * @param images its gradient by the image embeddings
   * @param scale its gradient by the logit scale
   */
  private record Outcome(float value, float floor, float[] images, float scale) {}

  @Test
  void twoPairs() {
    // Logits ln 3 on the diagonal: each row and column picks its own with 3 / 4.
    Outcome outcome = loss(UNIT_2, UNIT_2, LN_3, new long[] {1, 2}, new long[] {1, 2});
    assertThat(outcome.value()).isCloseTo((float) Math.log(4 / 3.0), within(1e-6f));
    assertThat(Float.toString(outcome.floor())).as("0, and not -0").isEqualTo("0.0");
  }

  @Test
  void threePairsCountRowsAndColumns() {
    // Texts as columns: logits ln of 2 1 1 / 1 1 2 / 1 3 4.
    float[][] texts = {{LN_2, 0, 0}, {0, 0, LN_3}, {0, LN_2, 2 * LN_2}};
    double imageToText = (Math.log(2) + Math.log(4) + Math.log(2)) / 3;
    double textToImage = (Math.log(2) + Math.log(5) + Math.log(7 / 4.0)) / 3;
    assertThat(loss(UNIT_3, texts, 1, DISTINCT, DISTINCT).value())
        .isCloseTo((float) ((imageToText + textToImage) / 2), within(1e-6f));
  }

  @Test
  void aRepeatedCaptionIsARightAnswerToBothImages() {
    float[][] alike = {{1, 0}, {1, 0}, {0, 1}};
    Outcome outcome = loss(alike, alike, 50, new long[] {7, 7, 8}, DISTINCT);
    assertThat(outcome.value()).isCloseTo(2 * LN_2 / 3, within(1e-6f));
    assertThat(outcome.floor())
        .as("mean of ln 2, ln 2, ln 1")
        .isCloseTo(2 * LN_2 / 3, within(1e-6f));
  }

  @Test
  void aRepeatedImageIsARightAnswerToBothCaptions() {
    Outcome outcome = loss(UNIT_3, UNIT_3, 1, new long[] {1, 2, 3}, new long[] {5, 6, 6});
    assertThat(outcome.floor()).isCloseTo(2 * LN_2 / 3, within(1e-6f));
  }

  @Test
  void repetitionsCanCountAsWrongAsInClip() {
    float[][] alike = {{1, 0}, {1, 0}, {0, 1}};
    Outcome outcome = loss(new InfoNce(false), alike, alike, 50, new long[] {7, 7, 8}, DISTINCT);
    assertThat(outcome.value()).isCloseTo(2 * LN_2 / 3, within(1e-6f));
    assertThat(outcome.floor()).isZero();
  }

  @Test
  void embeddingsThatAreAllTheSameCostLnN() {
    float[][] same = {{0.6f, 0.8f}, {0.6f, 0.8f}, {0.6f, 0.8f}};
    assertThat(loss(same, same, 20, DISTINCT, DISTINCT).value()).isCloseTo(LN_3, within(1e-6f));
    assertThat(loss(same, same, 20, new long[] {7, 7, 8}, DISTINCT).value())
        .isCloseTo(LN_3, within(1e-6f));
  }

  @Test
  void atTheFloorTheGradientIsZero() {
    float[][] alike = {{1, 0}, {1, 0}, {0, 1}};
    Outcome outcome = loss(alike, alike, 50, new long[] {7, 7, 8}, DISTINCT);
    assertThat(outcome.images()).containsExactly(new float[6], within(1e-6f));
    assertThat(outcome.scale()).isCloseTo(0, within(1e-6f));
  }

  /** Loss, floor and central differences computed with numpy in float64. */
  @Test
  void agreesWithNumpy() {
    float[][] images = unitRows((i, d) -> Math.sin(1 + 3 * i + 5 * d + i * d));
    float[][] texts = unitRows((i, d) -> Math.cos(2 + 7 * i + 3 * d + i * i * d));
    long[] captions = {1, 2, 1, 3, 4, 2};
    long[] pictures = {1, 2, 3, 4, 4, 5};

    Outcome repeated = loss(images, texts, 7, captions, pictures);
    assertThat(repeated.value()).isCloseTo(5.579471f, within(2e-6f));
    assertThat(repeated.floor()).isCloseTo(LN_2, within(1e-6f));
    assertThat(Arrays.copyOfRange(repeated.images(), 4, 8))
        .containsExactly(
            new float[] {-0.886009f, -0.489710f, -0.572036f, 0.083585f}, within(2e-6f));
    assertThat(repeated.scale()).isCloseTo(0.706200f, within(2e-6f));

    assertThat(loss(new InfoNce(false), images, texts, 7, captions, pictures).value())
        .isCloseTo(5.720727f, within(2e-6f));
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

  private static Outcome loss(
      float[][] images, float[][] texts, float scale, long[] captionKeys, long[] imageKeys) {
    return loss(new InfoNce(true), images, texts, scale, captionKeys, imageKeys);
  }

  private static Outcome loss(
      PairObjective objective,
      float[][] images,
      float[][] texts,
      float scale,
      long[] captionKeys,
      long[] imageKeys) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> imageEmbedding = tf.constant(images);
      Operand<TFloat32> logitScale = tf.constant(scale);
      Encoded encoded =
          new Encoded(
              null, null, null, null, imageEmbedding, tf.constant(texts), logitScale, List.of());
      Operand<TInt64> captions = tf.constant(captionKeys);
      Objective.Loss loss =
          objective.loss(
              tf, encoded, new Batch(null, null, null, captions, tf.constant(imageKeys), captions));
      Output<?>[] gradients =
          graph.addGradients(
              loss.value().asOutput(),
              new Output<?>[] {imageEmbedding.asOutput(), logitScale.asOutput()});
      try (Session session = new Session(graph);
          Result result =
              session
                  .runner()
                  .fetch(loss.value())
                  .fetch(loss.floor())
                  .fetch(gradients[0])
                  .fetch(gradients[1])
                  .run()) {
        return new Outcome(
            floats(result, 0)[0], floats(result, 1)[0], floats(result, 2), floats(result, 3)[0]);
      }
    }
  }

  private static float[] floats(Result result, int index) {
    return VariableValues.floats((TFloat32) result.get(index));
  }
}
