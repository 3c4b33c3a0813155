package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
  /**
   * torchvision's {@code center_crop} takes {@code int(round(surplus / 2))}, Python's round;
   * transformers 5.24's {@code center_crop} takes {@code surplus // 2}.
   */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 0", "2, 1, 1", "3, 2, 1", "5, 2, 2", "51, 26, 25"})
  void whatIsCutOffBeforeTheMiddleIsThatOfTheLibrary(int surplus, int clip, int transformers) {
    assertThat(Resize.CROP.before(surplus)).isEqualTo(clip);
    assertThat(Resize.CROP_FLOOR.before(surplus)).isEqualTo(transformers);
  }
}
