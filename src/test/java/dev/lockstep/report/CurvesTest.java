package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CurvesTest {
  @Test
  void aShortCurveIsKeptWhole() {
    assertThat(Curves.keep(List.of(new double[] {3, 1, 2}), 10)).containsExactly(0, 1, 2);
  }

  @Test
  void aLongCurveKeepsItsPeaksAndEnds() {
    double[] flat = new double[100_000];
    double[] spiked = new double[100_000];
    Arrays.fill(flat, 1);
    spiked[54_321] = 9;
    spiked[77_777] = -9;

    int[] kept = Curves.keep(List.of(flat, spiked), 2_000);

    assertThat(kept).contains(0, 54_321, 77_777, 99_999).isSorted();
    assertThat(kept.length).isLessThanOrEqualTo(2_000);
  }

  @Test
  void aGapDoesNotHideAPeak() {
    double[] curve = new double[1_000];
    curve[500] = Double.NaN;
    curve[501] = 4;

    assertThat(Curves.keep(List.of(curve), 22)).contains(501);
  }

  @Test
  void smoothingIsTheWeightedMeanOfAStage() {
    // width 2: each earlier point weighs half as much as the next.
    // 6; (3 + 3) / 1.5 = 4; a new stage: 8; (4 + 2) / 1.5 = 4
    double[] smooth = Curves.smooth(new double[] {6, 3, 8, 2}, 2, new TreeSet<>(List.of(0, 2)));

    assertThat(smooth).containsExactly(6, 4, 8, 4);
  }

  @Test
  void smoothingGoesOnAfterANumberThatIsMissing() {
    double[] smooth = Curves.smooth(new double[] {6, Double.NaN, 3}, 2, new TreeSet<>(List.of(0)));

    assertThat(smooth).containsExactly(6, Double.NaN, 4);
  }
}
