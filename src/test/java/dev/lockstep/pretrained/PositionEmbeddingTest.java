package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against PyTorch's bicubic interpolation. */
class PositionEmbeddingTest {
  @ParameterizedTest
  @ValueSource(ints = {2, 5, 7})
  void gridsAreResizedAsPyTorchDoes(int side) {
    try (SafetensorsFile file =
        new SafetensorsFile(Resources.path("pretrained/positions.safetensors"))) {
      assertThat(PositionEmbedding.resized(file.floats("3"), 3, side))
          .containsExactly(file.floats(String.valueOf(side)), within(2e-6f));
    }
  }

  @Test
  void onlyASquareAndAClassTokenIsAGrid() {
    assertThat(PositionEmbedding.side(197)).isEqualTo(14);
    assertThat(PositionEmbedding.side(196)).isEqualTo(-1);
    assertThat(PositionEmbedding.side(1)).isEqualTo(-1);
    assertThat(PositionEmbedding.side(0)).isEqualTo(-1);
  }
}
