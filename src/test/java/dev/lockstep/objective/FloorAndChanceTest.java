package dev.lockstep.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.Batch;
import dev.lockstep.model.Encoded;
import dev.lockstep.objective.Objective.Loss;
import dev.lockstep.tensorflow.VariableValues;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** That a model at the bound has the loss that is the bound; numbers by hand. */
class FloorAndChanceTest {
  private static final float[][] UNIT = {{1, 0}, {0, 1}};
  private static final float[][] SAME = {{1, 0}, {1, 0}};

  /**
   * A smoothing of 0.2 over two rows gives targets of 0.9 and 0.1: their entropy is 0.325083. At
   * logits ln 9 and 0 the softmax is the targets themselves.
   */
  @Test
  void smoothedInfoNce() {
    InfoNce smoothed = new InfoNce(true, 0.2);
    double entropy = -(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1));
    float[] atFloor =
        numbers(tf -> smoothed.loss(tf, encoded(tf, UNIT, UNIT, Math.log(9)), batch(tf, 1, 2)));
    assertThat(atFloor[0]).isCloseTo((float) entropy, within(1e-6f));
    assertThat(atFloor[1]).isCloseTo((float) entropy, within(1e-6f));
    float[] atChance =
        numbers(tf -> smoothed.loss(tf, encoded(tf, SAME, SAME, 5), batch(tf, 1, 2)));
    assertThat(atChance[0]).isCloseTo((float) Math.log(2), within(1e-6f));
    assertThat(atChance[2]).isCloseTo((float) Math.log(2), within(1e-6f));
  }

  /**
   * Half of the four pairs are right ones, so the best of all logits that are the same is 0, at
   * which each costs ln 2: 2 ln 2 a row.
   */
  @Test
  void sigmoid() {
    float[] atChance = numbers(tf -> sigmoid(tf, SAME, batch(tf, 1, 2), 10, -10));
    assertThat(atChance[0]).isCloseTo((float) (2 * Math.log(2)), within(1e-6f));
    assertThat(atChance[2]).isCloseTo((float) (2 * Math.log(2)), within(1e-6f));
    float[] atFloor = numbers(tf -> sigmoid(tf, UNIT, batch(tf, 1, 2), 80, -40));
    assertThat(atFloor[0]).isCloseTo(atFloor[1], within(1e-6f));
    float[] repeated = numbers(tf -> sigmoid(tf, SAME, batch(tf, 7, 7), 10, 40));
    assertThat(repeated[0]).isCloseTo(0, within(1e-6f));
    assertThat(repeated[2]).as("all are right, and saying so costs nothing").isZero();
  }

  private static Loss sigmoid(Ops tf, float[][] both, Batch batch, double scale, double bias) {
    return PairwiseSigmoid.loss(
        tf,
        encoded(tf, both, both, 1),
        Positives.of(tf, batch, true),
        tf.constant((float) scale),
        tf.constant((float) bias));
  }

  /** Targets (1, 0) and (0, 1): their mean is (0.5, 0.5), of length 0.707107. */
  @Test
  void fitEmbedding() {
    float[][] mean = {{0.5f, 0.5f}, {0.5f, 0.5f}};
    float[] cosine = numbers(tf -> fit(FitEmbedding.Measure.COSINE, tf, mean));
    assertThat(cosine[0]).isCloseTo(1 - 0.707107f, within(1e-6f));
    assertThat(cosine[2]).isCloseTo(cosine[0], within(1e-6f));
    float[] squared = numbers(tf -> fit(FitEmbedding.Measure.SQUARED_ERROR, tf, mean));
    assertThat(squared[0]).isCloseTo(0.25f, within(1e-6f));
    assertThat(squared[2]).isCloseTo(0.25f, within(1e-6f));
    assertThat(numbers(tf -> fit(FitEmbedding.Measure.COSINE, tf, UNIT))[0]).isZero();
    assertThat(numbers(tf -> fit(FitEmbedding.Measure.SQUARED_ERROR, tf, UNIT))[0]).isZero();
  }

  private static Loss fit(FitEmbedding.Measure measure, Ops tf, float[][] learner) {
    return new FitEmbedding(measure, FitEmbedding.Target.EMBEDDING)
        .loss(tf, tf.constant(learner), tf.constant(UNIT));
  }

  /** A learner equal to the teacher, at the scale 1 / temperature, is at the floor. */
  @Test
  void fitSimilarity() {
    FitSimilarity objective = new FitSimilarity(0.5);
    // Cosines 1 and 0 at 0.5: softmax of 2 and 0 is 0.880797 and 0.119203, entropy 0.365334.
    float[] same =
        numbers(tf -> objective.loss(tf, tf.constant(UNIT), tf.constant(UNIT), tf.constant(2f)));
    assertThat(same[0]).isCloseTo(0.365334f, within(1e-6f));
    assertThat(same[1]).isCloseTo(0.365334f, within(1e-6f));
    float[] collapsed =
        numbers(tf -> objective.loss(tf, tf.constant(SAME), tf.constant(SAME), tf.constant(2f)));
    assertThat(collapsed[0]).isCloseTo((float) Math.log(2), within(1e-6f));
    assertThat(collapsed[2]).isCloseTo((float) Math.log(2), within(1e-6f));
  }

  /** Two images opposite each other: ln(1 + 2 exp((-1 - 1) / 0.5)) = ln(1 + 2 exp(-4)). */
  @Test
  void twoViews() {
    TwoViews objective = new TwoViews(0.5);
    float[][] opposite = {{1, 0}, {-1, 0}, {1, 0}, {-1, 0}};
    float[] atFloor =
        numbers(tf -> objective.loss(tf, tf.constant(opposite), tf.constant(new long[] {1, 2})));
    assertThat(atFloor[0]).isCloseTo((float) Math.log(1 + 2 * Math.exp(-4)), within(1e-6f));
    assertThat(atFloor[1]).isCloseTo(atFloor[0], within(1e-6f));
    float[][] same = {{1, 0}, {1, 0}, {1, 0}, {1, 0}};
    float[] atChance =
        numbers(tf -> objective.loss(tf, tf.constant(same), tf.constant(new long[] {1, 2})));
    assertThat(atChance[0]).isCloseTo((float) Math.log(3), within(1e-6f));
    assertThat(atChance[2]).isCloseTo((float) Math.log(3), within(1e-6f));
  }

  /** The other views of the same image are no wrong answers: the partner alone is left. */
  @Test
  void viewsOfTheSameImageAreNotToldApart() {
    float[][] any = {{1, 0}, {0, 1}, {0.6f, 0.8f}, {0.8f, 0.6f}};
    float[] found =
        numbers(tf -> new TwoViews(0.5).loss(tf, tf.constant(any), tf.constant(new long[] {7, 7})));
    assertThat(found[0]).isCloseTo(0, within(1e-6f));
    assertThat(found[1]).isCloseTo(0, within(1e-6f));
    assertThat(found[2]).isCloseTo(0, within(1e-6f));
  }

  private static Encoded encoded(Ops tf, float[][] image, float[][] text, double scale) {
    return new Encoded(
        null,
        null,
        null,
        null,
        tf.constant(image),
        tf.constant(text),
        tf.constant((float) scale),
        List.of());
  }

  private static Batch batch(Ops tf, long... captions) {
    Operand<TInt64> keys = tf.constant(captions);
    return new Batch(null, null, null, keys, tf.constant(new long[] {1, 2}), keys);
  }

  /** Value, floor and chance. */
  private static float[] numbers(Function<Ops, Loss> build) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Loss loss = build.apply(Ops.create(graph));
      try (Result result =
          session.runner().fetch(loss.value()).fetch(loss.floor()).fetch(loss.chance()).run()) {
        float[] numbers = new float[3];
        for (int i = 0; i < 3; i++) {
          numbers[i] = VariableValues.floats((TFloat32) result.get(i))[0];
        }
        return numbers;
      }
    }
  }
}
