package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalRanksTest {
  @TempDir private Path folder;

  @Test
  void areThoseThatTheScoresAreMadeOf() {
    // Image 7 has two captions. The caption -1 lies nearer to image 8, which is wrong.
    EmbeddedPairs pairs =
        new EmbeddedPairs(
            Embeddings.of(new float[][] {{1, 0}, {1, 0}, {0, 1}}),
            Embeddings.of(new float[][] {{1, 0}, {0.6f, 0.8f}, {0, 1}}),
            new long[] {3, -1, 5},
            new long[] {7, 7, 8});
    try (RetrievalEvaluator evaluator = new RetrievalEvaluator()) {
      RetrievalRanks ranks = pairs.ranks(evaluator);

      assertThat(ranks.textToImage())
          .containsExactly(
              Map.entry("0000000000000003", 1),
              Map.entry("ffffffffffffffff", 2),
              Map.entry("0000000000000005", 1));
      assertThat(ranks.imageToText())
          .containsExactly(Map.entry("0000000000000007", 1), Map.entry("0000000000000008", 1));
      assertThat(ranks.scores(List.of(1, 5))).isEqualTo(pairs.scores(evaluator, List.of(1, 5)));
    }
  }

  @Test
  void areReadAsTheyWereWritten() throws IOException {
    RetrievalRanks ranks = new RetrievalRanks(3, Map.of("a", 1, "b", 4), Map.of("c", 2));
    Path file = folder.resolve("ranks.json");
    Files.writeString(file, ranks.toJson());

    assertThat(RetrievalRanks.read(file)).isEqualTo(ranks);
  }

  @Test
  void anotherFileIsNamed() throws IOException {
    Path file = folder.resolve("ranks.json");
    Files.writeString(file, "{\"pairs\": 3}");

    assertThatThrownBy(() -> RetrievalRanks.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ranks.json");
  }
}
