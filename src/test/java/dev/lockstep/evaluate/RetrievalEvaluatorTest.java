package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.RetrievalEvaluator.Match;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Where images are the unit vectors, a text's embedding is its row of similarities to them, and
 * ranks can be read off.
 */
class RetrievalEvaluatorTest {
  private static final List<Integer> RECALL_AT = List.of(1, 5, 10);
  private static RetrievalEvaluator evaluator;

  @BeforeAll
  static void open() {
    evaluator = new RetrievalEvaluator();
  }

  @AfterAll
  static void close() {
    evaluator.close();
  }

  @Test
  void aPerfectModelFindsEachAtRankOne() {
    RetrievalScores scores =
        evaluator.evaluate(unitVectors(20), unitVectors(20), oneToOne(20), RECALL_AT);

    assertThat(scores.textToImage().recallAt()).containsEntry(1, 1.0).containsEntry(10, 1.0);
    assertThat(scores.imageToText().recallAt()).containsEntry(1, 1.0);
    assertThat(scores.textToImage().meanRank()).isEqualTo(1);
    assertThat(scores.textToImage().medianRank()).isEqualTo(1);
  }

  @Test
  void aReversedModelFindsEachAtTheLastRank() {
    float[][] away = new float[20][20];
    IntStream.range(0, 20).forEach(i -> away[i][i] = -1);

    RetrievalScores scores =
        evaluator.evaluate(unitVectors(20), Embeddings.of(away), oneToOne(20), RECALL_AT);

    assertThat(scores.textToImage().recallAt()).containsEntry(10, 0.0);
    assertThat(scores.textToImage().meanRank()).isEqualTo(20);
    assertThat(scores.imageToText().medianRank()).isEqualTo(20);
  }

  @Test
  void ranksAreThoseReadOffTheSimilarities() {
    Embeddings texts =
        Embeddings.of(
            new float[][] {
              {.9f, .1f, .2f, .3f}, // right 0: rank 1
              {.5f, .4f, .1f, .2f}, // right 1: rank 2, after 0
              {.8f, .7f, .1f, .3f}, // right 2: rank 4
              {.3f, .2f, .7f, .6f} // right 3: rank 2, after 2
            });

    RetrievalScores scores =
        evaluator.evaluate(unitVectors(4), texts, oneToOne(4), List.of(1, 2, 3));

    assertThat(scores.textToImage().recallAt())
        .containsEntry(1, 0.25)
        .containsEntry(2, 0.75)
        .containsEntry(3, 0.75);
    assertThat(scores.textToImage().meanRank()).isEqualTo(2.25);
    assertThat(scores.textToImage().medianRank()).isEqualTo(2);
    // By columns, right on the diagonal: .9 of (.9 .5 .8 .3) is 1st, .4 of (.1 .4 .7 .2) 2nd,
    // .1 of (.2 .1 .1 .7) ties with a wrong one and is 4th, .6 of (.3 .2 .3 .6) 1st.
    assertThat(scores.imageToText().recallAt()).containsEntry(1, 0.5).containsEntry(3, 0.75);
    assertThat(scores.imageToText().medianRank()).as("the mean of 1 and 2").isEqualTo(1.5);
  }

  @Test
  void aQueryWithSeveralRightAnswersCountsByItsBest() {
    Embeddings texts = Embeddings.of(new float[][] {{.1f, .9f, .5f}, {.9f, .3f, .3f}});

    assertThat(evaluator.ranks(texts, unitVectors(3), List.of(new int[] {0, 2}, new int[] {1, 2})))
        .as("the tie of the second is between two right answers and costs nothing")
        .containsExactly(2, 2);
  }

  @Test
  void aTieCountsAgainstTheQuery() {
    Embeddings texts = Embeddings.of(new float[][] {{.5f, .5f, .5f, .1f}});

    assertThat(evaluator.ranks(texts, unitVectors(4), List.of(new int[] {0}))).containsExactly(3);
  }

  @Test
  void aCollapsedModelScoresNothing() {
    int count = 1_003;
    float[] one = new float[37];
    Random random = new Random(5);
    for (int i = 0; i < one.length; i++) {
      one[i] = (float) random.nextGaussian();
    }
    float[][] same = new float[count][];
    Arrays.fill(same, one);

    RetrievalScores scores =
        evaluator.evaluate(Embeddings.of(same), Embeddings.of(same), oneToOne(count), RECALL_AT);

    assertThat(scores.textToImage().recallAt()).containsEntry(10, 0.0);
    assertThat(scores.textToImage().meanRank()).isEqualTo(count);
    assertThat(scores.imageToText().meanRank()).isEqualTo(count);
  }

  @Test
  void oneImageForAllTextsIsAlwaysFound() {
    PairSet pairs = PairSet.of(new long[] {1, 2, 3}, new long[] {7, 7, 7});
    Embeddings texts = Embeddings.of(new float[][] {{1, 0}, {0, 1}, {-1, 0}});

    RetrievalScores scores =
        evaluator.evaluate(Embeddings.of(new float[][] {{1, 0}}), texts, pairs, RECALL_AT);

    assertThat(scores.images()).isEqualTo(1);
    assertThat(scores.texts()).isEqualTo(3);
    assertThat(scores.textToImage().recallAt()).containsEntry(1, 1.0);
    assertThat(scores.imageToText().recallAt()).containsEntry(1, 1.0);
  }

  /**
   * 30 images with five captions each, as in Flickr30K and COCO. The numbers in five-captions.json
   * are numpy's (2.4.6):
   *
   * <pre>
   * right = owner[:, None] == np.arange(30)[None, :]          # [texts, images]
   * similarity = texts.astype(np.float64) @ images.T.astype(np.float64)
   * def scores(similarity, right):
   *     best = np.where(right, similarity, -np.inf).max(1, keepdims=True)
   *     ranks = 1 + ((similarity >= best) &amp; ~right).sum(1)
   *     recall = {f"recallAt{k}": (ranks &lt;= k).mean() for k in (1, 5, 10)}
   *     return dict(recall, meanRank=ranks.mean(), medianRank=np.median(ranks))
   * scores(similarity, right), scores(similarity.T, right.T)
   * </pre>
   *
   * The functions t2i and i2t of VSE++ (fartashf/vsepp, evaluation.py), by which most papers score
   * these sets, give the same numbers.
   */
  @Test
  void agreesWithAnIndependentCalculation() throws IOException {
    Published published = published();
    long[] captions = LongStream.range(0, 150).toArray();
    long[] images = LongStream.range(0, 150).map(i -> i / 5).toArray();

    RetrievalScores scores =
        evaluator.evaluate(
            Embeddings.of(published.images),
            Embeddings.of(published.texts),
            PairSet.of(captions, images),
            RECALL_AT);

    assertEqual(scores.textToImage(), published.textToImage);
    assertEqual(scores.imageToText(), published.imageToText);
  }

  @Test
  void manyQueriesAreRankedInBlocks() {
    int count = 3_000; // 9 million similarities: more than one block
    float[][] texts = new float[count][];
    for (int i = 0; i < count; i++) {
      double angle = 2 * Math.PI * i / count;
      texts[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
    }
    Embeddings circle = Embeddings.of(texts);
    List<int[]> neighbour =
        IntStream.range(0, count).mapToObj(i -> new int[] {(i + 10) % count}).toList();

    // Itself and nine on each side are nearer; the tenth on the other side is as near.
    assertThat(Arrays.stream(evaluator.ranks(circle, circle, neighbour)))
        .allMatch(r -> r == 20 || r == 21);
  }

  @Test
  void nearestGivesTheBestFirst() {
    Embeddings texts = Embeddings.of(new float[][] {{.1f, .9f, .5f}, {.3f, .3f, .2f}});

    List<List<Match>> nearest = evaluator.nearest(texts, unitVectors(3), 2);

    assertThat(nearest)
        .containsExactly(
            List.of(new Match(1, .9f), new Match(2, .5f)),
            List.of(new Match(0, .3f), new Match(1, .3f)));
    assertThat(evaluator.nearest(texts, unitVectors(3), 9).get(0)).hasSize(3);
  }

  @Test
  void anEmbeddingThatIsNotANumberIsNamed() {
    Embeddings texts = Embeddings.of(new float[][] {{1, 0}, {0, Float.NaN}});

    assertThatThrownBy(() -> evaluator.evaluate(unitVectors(2), texts, oneToOne(2), RECALL_AT))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("caption 2 of 2 holds NaN")
        .hasMessageContaining("earlier checkpoint");
  }

  private static void assertEqual(RetrievalScores.Direction found, JsonObject expected) {
    for (int k : RECALL_AT) {
      assertThat(found.recallAt().get(k))
          .isCloseTo(expected.get("recallAt" + k).getAsDouble(), within(1e-12));
    }
    assertThat(found.meanRank()).isCloseTo(expected.get("meanRank").getAsDouble(), within(1e-12));
    assertThat(found.medianRank()).isEqualTo(expected.get("medianRank").getAsDouble());
  }

  private static Embeddings unitVectors(int count) {
    float[][] rows = new float[count][count];
    IntStream.range(0, count).forEach(i -> rows[i][i] = 1);
    return Embeddings.of(rows);
  }

  private static PairSet oneToOne(int count) {
    long[] keys = LongStream.range(0, count).toArray();
    return PairSet.of(keys, keys);
  }

  private static final class Published {
    float[][] images;
    float[][] texts;
    JsonObject textToImage;
    JsonObject imageToText;
  }

  private static Published published() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            RetrievalEvaluatorTest.class.getResourceAsStream("five-captions.json"),
            StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, Published.class);
    }
  }
}
