package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void numbersAreShort() {
    assertThat(Figures.percent(0.52675)).isEqualTo("52.7%");
    assertThat(Figures.count(6273.4)).isEqualTo("6,273");
    assertThat(Figures.power(5e-4)).isEqualTo("5e-4");
    assertThat(Figures.power(2.5e-3)).isEqualTo("2.5e-3");
    assertThat(Figures.rank(1204.25)).isEqualTo("1,204.3");
    assertThat(Figures.parameters(834_048)).isEqualTo("834.0 k");
    assertThat(Figures.parameters(188_300_000)).isEqualTo("188.3 M");
  }

  @Test
  void decimalsKeepWhatTellsSomething() {
    assertThat(Figures.decimal(4.8520)).isEqualTo("4.85");
    assertThat(Figures.decimal(0.0312)).isEqualTo("0.031");
    assertThat(Figures.decimal(0.00004)).isEqualTo("4e-5");
    assertThat(Figures.decimal(0)).isEqualTo("0.00");
    assertThat(Figures.decimal(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void durationsHaveTwoUnits() {
    assertThat(Figures.duration(8.24)).isEqualTo("8.2 s");
    assertThat(Figures.duration(98.4)).isEqualTo("1 min 38 s");
    assertThat(Figures.duration(7_530)).isEqualTo("2 h 5 min");
  }

  @Test
  void largeNumbersHaveAUnit() {
    assertThat(Figures.large(812)).isEqualTo("812");
    assertThat(Figures.large(24_560)).isEqualTo("24.6 k");
    assertThat(Figures.large(999_960)).isEqualTo("1.0 M");
    assertThat(Figures.large(7.15e11)).isEqualTo("715.0 G");
    assertThat(Figures.large(1.2e15)).isEqualTo("1.2 P");
    assertThat(Figures.bytes(944_799_744)).isEqualTo("944.8 MB");
  }

  @Test
  void aDifferenceHasASign() {
    assertThat(Figures.points(0.0213)).isEqualTo("+2.1");
    assertThat(Figures.points(-0.105)).isEqualTo("-10.5");
    assertThat(Figures.points(-0.0001)).isEqualTo("0.0");
    assertThat(Figures.points(0)).isEqualTo("0.0");
  }

  @Test
  void theUnknownIsADash() {
    assertThat(Figures.percent(Double.NaN)).isEqualTo("–");
    assertThat(Figures.count(Double.POSITIVE_INFINITY)).isEqualTo("–");
    assertThat(Figures.duration(Double.NaN)).isEqualTo("–");
    assertThat(Figures.large(Double.NaN)).isEqualTo("–");
    assertThat(Figures.bytes(Double.NaN)).isEqualTo("–");
  }
}
