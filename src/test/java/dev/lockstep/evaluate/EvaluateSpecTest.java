package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateSpecTest {
  private static final ClassifySpec NONE =
      new ClassifySpec(Optional.empty(), Optional.empty(), Optional.empty());

  @Test
  void anEmptyBlockTakesTheDefaults() {
    assertThat(EvaluateSpec.from(Block.parse("")))
        .isEqualTo(new EvaluateSpec(0, List.of(1, 5, 10), 256, BestBy.MEAN_RECALL, 36, NONE));
  }

  @Test
  void readsItsKeys() {
    Block block =
        Block.parse(
            "every = 200, recall-at = [10, 1], batch-size = 8, gallery = 0,"
                + " best-by = text-to-image-recall-at-1");

    assertThat(EvaluateSpec.from(block))
        .isEqualTo(
            new EvaluateSpec(200, List.of(1, 10), 8, BestBy.TEXT_TO_IMAGE_RECALL_AT_1, 0, NONE));
    block.finish();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recall-at = []|recall-at",
        "recall-at = [1, 1]|recall-at",
        "recall-at = [0]|recall-at",
        "every = -1|every",
        "batch-size = 0|batch-size",
        "best-by = recall|mean-recall",
        "recall-at = [5], best-by = image-to-text-recall-at-1|best-by asks for"
      })
  void impossibleValuesAreRefused(String hocon, String named) {
    assertThatThrownBy(() -> EvaluateSpec.from(Block.parse(hocon)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(named);
  }
}
