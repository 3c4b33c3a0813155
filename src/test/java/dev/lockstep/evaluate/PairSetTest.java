package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PairSetTest {
  @Test
  void repeatedImagesAndCaptionsAreOneQueryEach() {
    // rows: (cat, A) (tabby, A) (cat, B) (cat, A) (dog, C)
    PairSet pairs = PairSet.of(new long[] {10, 20, 10, 10, 30}, new long[] {-1, -1, -2, -1, -3});

    assertThat(pairs.pairs()).isEqualTo(5);
    assertThat(pairs.imageRows()).containsExactly(0, 2, 4);
    assertThat(pairs.textRows()).containsExactly(0, 1, 4);
    assertThat(pairs.relevance().textsOfImages())
        .containsExactly(new int[] {0, 1}, new int[] {0}, new int[] {2});
    assertThat(pairs.relevance().imagesOfTexts())
        .containsExactly(new int[] {0, 1}, new int[] {0}, new int[] {2});
  }

  @Test
  void selectsTheEmbeddingsOfTheDistinctOnes() {
    Embeddings rows = Embeddings.of(new float[][] {{1, 2}, {3, 4}, {5, 6}});

    assertThat(rows.select(new int[] {2, 0}).values()).containsExactly(5, 6, 1, 2);
  }

  @Test
  void aTextWithoutAnImageIsRefused() {
    assertThatThrownBy(() -> Relevance.of(List.of(new int[] {0}), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text 1 has no right answer");
  }
}
