package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theDeviationIsThatOfASample() {
    // Squares of the distances from 5: 9, 1, 1, 1, 0, 0, 4, 16, together 32.
    Spread spread = Spread.of(new double[] {2, 4, 4, 4, 5, 5, 7, 9});

    assertThat(spread.mean()).isEqualTo(5);
    assertThat(spread.deviation()).isCloseTo(Math.sqrt(32 / 7.0), within(1e-12));
  }

  @Test
  void oneValueHasNone() {
    Spread spread = Spread.of(new double[] {0.5});

    assertThat(spread.deviation()).isNaN();
    assertThat(spread.text(Figures::percent)).isEqualTo("50.0%");
  }

  @Test
  void whatIsNotKnownIsLeftOut() {
    Spread spread = Spread.of(new double[] {1, Double.NaN, 3});

    assertThat(spread).isEqualTo(new Spread(2, Math.sqrt(2), 2));
    assertThat(Spread.of(new double[] {Double.NaN}).text(Figures::percent)).isEqualTo("–");
  }

  @Test
  void aUnitIsToldOnce() {
    assertThat(Spread.of(new double[] {0.50, 0.52}).text(Figures::percent))
        .isEqualTo("51.0 ± 1.4%");
    assertThat(Spread.of(new double[] {1.4e9, 1.6e9}).text(Figures::bytes))
        .isEqualTo("1.5 GB ± 141.4 MB");
    assertThat(Spread.of(new double[] {98, 102}).text(Figures::duration))
        .isEqualTo("1 min 40 s ± 2.8 s");
    assertThat(Spread.of(new double[] {7, 7}).text(Figures::count)).isEqualTo("7");
  }
}
