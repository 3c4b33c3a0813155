package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RetrievalScoresTest {
  private static final RetrievalScores SCORES =
      new RetrievalScores(
          518,
          518,
          510,
          new RetrievalScores.Direction(
              new TreeMap<>(Map.of(1, 0.334, 5, 0.6, 10, 0.75)), 12.25, 3.5),
          new RetrievalScores.Direction(new TreeMap<>(Map.of(1, 0.3, 5, 0.5, 10, 1.0)), 1500.5, 4));

  @Test
  void jsonHoldsFractionsByName() {
    assertThat(SCORES.toJson())
        .hasToString(
            "{\"pairs\":518,\"images\":518,\"texts\":510,"
                + "\"textToImage\":{\"recallAt1\":0.334,\"recallAt5\":0.6,\"recallAt10\":0.75,"
                + "\"meanRank\":12.25,\"medianRank\":3.5},"
                + "\"imageToText\":{\"recallAt1\":0.3,\"recallAt5\":0.5,\"recallAt10\":1.0,"
                + "\"meanRank\":1500.5,\"medianRank\":4.0}}");
    assertThat(RetrievalScores.fromJson(SCORES.toJson())).isEqualTo(SCORES);
  }

  @Test
  void tableHoldsPercentages() {
    assertThat(SCORES.toTable())
        .isEqualTo(
            """
                                R@1     R@5    R@10  mean rank  median rank
            text to image     33.4%   60.0%   75.0%       12.3          3.5
            image to text     30.0%   50.0%  100.0%     1500.5          4.0
            518 pairs: 510 captions, 518 images
            """);
  }

  @Test
  void theBestIsByTheScoreThatWasAskedFor() {
    // (.334 + .6 + .75) / 3 = .56133; (.3 + .5 + 1) / 3 = .6; their mean .58067
    assertThat(BestBy.TEXT_TO_IMAGE_MEAN_RECALL.of(SCORES)).isCloseTo(.56133, within(1e-5));
    assertThat(BestBy.MEAN_RECALL.of(SCORES)).isCloseTo(.58067, within(1e-5));
    assertThat(BestBy.TEXT_TO_IMAGE_RECALL_AT_1.of(SCORES)).isEqualTo(.334);
    assertThat(BestBy.IMAGE_TO_TEXT_RECALL_AT_1.of(SCORES)).isEqualTo(.3);
  }
}
