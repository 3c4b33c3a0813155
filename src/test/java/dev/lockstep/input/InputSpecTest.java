package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputSpecTest {
  @Test
  void nothingIsAugmentedUnlessAsked() {
    InputSpec spec = InputSpec.from(Block.parse(""));
    assertThat(spec.augment().isNone()).isTrue();
    assertThat(spec.parallelism()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void readsWhatIsAsked() {
    Block block =
        Block.parse("shuffle-buffer = 7, augment { scale = [0.8, 1.15], rotation-degrees = 9 }");
    InputSpec spec = InputSpec.from(block);
    block.finish();
    assertThat(spec.shuffleBuffer()).isEqualTo(7);
    assertThat(spec.augment().scale()).isEqualTo(new AugmentSpec.Range(0.8, 1.15));
    assertThat(spec.augment().rotationDegrees()).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "augment { scale = [1.2, 0.8] }|augment.scale = [1.2,0.8]",
        "augment { crop = [0.5] }|augment.crop = [0.5]",
        "augment { crop = [0.5, 1.5] }|augment.crop = [0.5,1.5]",
        "augment { flip = 2 }|augment.flip = 2",
        "augment { rotation = 9 }|augment.rotation is not a key",
        "prefetch = 0|prefetch = 0",
      })
  void refusesWhatCannotBe(String text, String message) {
    Block block = Block.parse(text);
    assertThatThrownBy(
            () -> {
              InputSpec.from(block);
              block.finish();
            })
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
