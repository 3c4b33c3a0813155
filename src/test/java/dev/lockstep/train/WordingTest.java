package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordingTest {

  @Test
  void stageTellsWhatItTrains() {
    assertThat(Wording.stage(Views.stage("both", 1, 700, 0)))
        .isEqualTo(
            "stage both (2 of 2): joint, trains image 2.1 M, text 870.0 k, shared 1 parameters;"
                + " 700 steps of 256");
  }

  @Test
  void stageThatGoesOnTellsWhere() {
    assertThat(Wording.stage(Views.stage("both", 1, 1700, 1312)))
        .endsWith("1,700 steps of 256; goes on at step 1,313");
  }

  @Test
  void stageLeavesOutWhatIsHeldFixed() {
    StageView stage =
        new StageView(
            "fit", "freeze-image", 0, 1, 9, 0, 9, 32, 1, "ln N", Map.of("image", 0L, "text", 5L));

    assertThat(Wording.stage(stage))
        .isEqualTo("stage fit (1 of 1): freeze-image, trains text 5 parameters; 9 steps of 32");
  }

  @Test
  void evaluationTellsBothDirections() {
    assertThat(Wording.evaluation(Views.evaluation("both", 1400, 0.413)))
        .isEqualTo(
            "step 1,400: text to image R@1 41.3% R@5 50.0% R@10 75.0%"
                + " | image to text R@1 12.5% R@5 25.0% R@10 50.0% (best)");
  }

  @Test
  void durationsHaveTwoUnits() {
    assertThat(Wording.duration(Duration.ofMillis(42_900))).isEqualTo("42s");
    assertThat(Wording.duration(Duration.ofSeconds(72))).isEqualTo("1m12s");
    assertThat(Wording.duration(Duration.ofSeconds(3 * 3600 + 5 * 60 + 59))).isEqualTo("3h05m");
    assertThat(Wording.duration(Duration.ofHours(52))).isEqualTo("2d04h");
  }

  @Test
  void smallLossesKeepTheirDigits() {
    assertThat(Wording.loss(5.5452)).isEqualTo("5.55");
    assertThat(Wording.loss(0.0123)).isEqualTo("0.0123");
    assertThat(Wording.loss(0.00004)).isEqualTo("4.0e-05");
    assertThat(Wording.loss(0)).isEqualTo("0.00");
    assertThat(Wording.loss(Double.NaN)).isEqualTo("NaN");
  }
}
