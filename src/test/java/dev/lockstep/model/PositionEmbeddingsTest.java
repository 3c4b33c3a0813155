package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The numbers are PyTorch 2.15's {@code interpolate(mode="bicubic", align_corners=False)}. */
class PositionEmbeddingsTest {
  @Test
  void twoByTwoCellsBecomeThreeByThreeInEachChannel() {
    float[] table = {-1.25f, 0, 0.5f, -0.25f, -0.5f, 1, 1.25f, 1, 0.25f, -0.25f};
    assertThat(PositionEmbeddings.interpolated(table, 2, 3))
        .containsExactly(
            new float[] {
              -1.25f, 0, 0.521702f, -0.485852f, -0.065104f, 0.375f, -0.65191f, 1.235852f,
              0.961806f, 0.375f, 0.375f, 0.375f, -0.211805f, 0.375f, 1.40191f, 1.235852f,
              0.815104f, 0.375f, 0.228299f, -0.485851f
            },
            within(2e-6f));
  }

  @Test
  void fourByFourCellsBecomeTwoByTwo() {
    float[] table = {
      -1.25f, 0.5f, -0.5f, 1.25f, 0.25f, -0.75f, 1, 0, -1, 0.75f, -0.25f, -1.25f, 0.5f, -0.5f,
      1.25f, 0.25f, -0.75f
    };
    assertThat(PositionEmbeddings.interpolated(table, 1, 2))
        .containsExactly(
            new float[] {-1.25f, 0.015625f, 0.148438f, 0.417969f, -0.394531f}, within(2e-6f));
  }

  @Test
  void ofTheSameSizeNothingChanges() {
    float[] table = {9, 1, 2, 3, 4};
    assertThat(PositionEmbeddings.interpolated(table, 1, 2)).containsExactly(table);
  }

  /** The change of a sum over the new grid, weighted by g, is the gradient times the change. */
  @Test
  void theGradientOfATableIsThatOfWhatIsInterpolatedFromIt() {
    float[] table = {-1.25f, 0, 0.5f, -0.25f, -0.5f, 1, 1.25f, 1, 0.25f, -0.25f};
    float[] ofNew = new float[20];
    for (int i = 0; i < ofNew.length; i++) {
      ofNew[i] = (i * 7 % 5) - 2;
    }
    float[] gradient = PositionEmbeddings.gradient(ofNew, 2, 2);
    for (int i = 0; i < table.length; i++) {
      float[] moved = table.clone();
      moved[i] += 1;
      double change = 0;
      for (int j = 0; j < ofNew.length; j++) {
        change +=
            ofNew[j]
                * (PositionEmbeddings.interpolated(moved, 2, 3)[j]
                    - PositionEmbeddings.interpolated(table, 2, 3)[j]);
      }
      assertThat(gradient[i]).as("element " + i).isCloseTo((float) change, within(1e-5f));
    }
  }

  @Test
  void cellsThatMakeNoSquareAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PositionEmbeddings.interpolated(new float[8], 2, 3))
        .withMessageContaining("8 values are not 1 + n * n rows of 2");
  }
}
