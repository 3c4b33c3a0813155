package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PositionGridTest {
  @Test
  void onlyASquareAndAClassTokenIsAGrid() {
    assertThat(PositionGrid.side(197)).isEqualTo(14);
    assertThat(PositionGrid.side(196)).isEqualTo(-1);
    assertThat(PositionGrid.side(1)).isEqualTo(-1);
    assertThat(PositionGrid.side(0)).isEqualTo(-1);
  }
}
