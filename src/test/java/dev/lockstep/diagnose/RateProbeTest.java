package dev.lockstep.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RateProbeTest {
  private static final List<Double> RATES = List.of(1e-5, 1e-4, 1e-3, 1e-2, 1e-1);

  /** A loss is that before its step: the fall to 1 was made at 1e-3, the lowest loss at 1e-2. */
  @Test
  void ratesOfTheStepsThatBroughtTheLossDown() {
    RateProbe probe = new RateProbe(RATES, List.of(3.0, 2.9, 2.5, 1.0, 0.5));
    assertThat(probe.halfWay()).hasValue(1e-3);
    assertThat(probe.breaks()).hasValue(1e-2);
  }

  @Test
  void lossThatNeverFalls() {
    RateProbe probe = new RateProbe(RATES, List.of(3.0, 2.99, 3.1, 4.0, 9.0));
    assertThat(probe.halfWay()).isEmpty();
    assertThat(probe.breaks()).isEmpty();
    assertThat(probe.describe("text", 1e-3)).contains("no rate from 1e-6 to 1e0");
  }

  @Test
  void lossThatBreaksAboveARate() {
    RateProbe probe = new RateProbe(RATES, List.of(3.0, 2.0, 1.0, 5.0, Double.NaN));
    assertThat(probe.halfWay()).hasValue(1e-5);
    assertThat(probe.breaks()).hasValue(1e-4);
    assertThat(probe.worsensFrom(1e-3)).isTrue();
    assertThat(probe.worsensFrom(1e-4)).as("at 1e-4 it fell to 1").isFalse();
  }
}
