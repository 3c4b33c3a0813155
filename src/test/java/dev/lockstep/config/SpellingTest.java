package dev.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "epochs, epochs, 0",
    "Epochs, epochs, 0",
    "'', seed, 4",
    "nmae, name, 1",
    "batch_size, batch-size, 1",
    // Two neighbours swapped count 1, but nothing may stand between them: 3, not 2.
    "ca, abc, 3"
  })
  void countsSlipsOfTheFingers(String given, String known, int slips) {
    assertThat(Spelling.distance(given, known)).isEqualTo(slips);
    assertThat(Spelling.distance(known, given)).isEqualTo(slips);
  }

  @Test
  void findsTheNearestName() {
    assertThat(Spelling.nearest("epoch", List.of("batch-size", "epochs", "strategy")))
        .contains("epochs");
    assertThat(Spelling.nearest("batchSize", List.of("batch-size", "epochs")))
        .contains("batch-size");
  }

  @Test
  void offersNothingThatIsFarOff() {
    assertThat(Spelling.nearest("lr", List.of("of", "name", "seed"))).isEmpty();
    assertThat(Spelling.nearest("momentum", List.of("epochs"))).isEmpty();
  }
}
