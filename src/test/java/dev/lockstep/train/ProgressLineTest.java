package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {

  private static ProgressLine line(String stage) {
    return new ProgressLine(
        stage,
        312,
        700,
        312 / 700.0,
        1.82,
        0.21,
        5.545,
        "ln N",
        OptionalDouble.of(0.312),
        1420,
        0.003,
        Optional.of("1m12s"));
  }

  @Test
  void wholeLineHasEverything() {
    assertThat(line("both").whole())
        .isEqualTo(
            "both  312/700  loss 1.82 (ln N 5.55, floor 0.21)  R@1 31.2%  1,420 pairs/s"
                + "  waiting 0.3%  1m12s left");
  }

  /** 18 columns are left, and 312 of 700 of them is 8. */
  @Test
  void wideTerminalHasABarBesides() {
    assertThat(line("both").within(120, '#', '.'))
        .isEqualTo(
            "both  ########..........  312/700  loss 1.82 (ln N 5.55, floor 0.21)  R@1 31.2%"
                + "  1,420 pairs/s  waiting 0.3%  1m12s left")
        .hasSize(120);
  }

  /** 8 columns are left, and 312 of 700 of them is 3. */
  @Test
  void usualTerminalHasFewerWords() {
    assertThat(line("both").within(79, '#', '.'))
        .isEqualTo(
            "both ###..... 312/700 loss 1.82 (ln N 5.55, floor 0.21) 1m12s 1,420/s wait 0.3%");
  }

  @Test
  void narrowTerminalHasTheLoss() {
    assertThat(line("both").within(50, '#', '.'))
        .isEqualTo("both 312/700 loss 1.82 (ln N 5.55, floor 0.21)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 20, 47, 60, 72, 79, 80, 100, 103, 110, 160, 200})
  void neverWiderThanTheTerminal(int columns) {
    assertThat(line("fit-the-text-tower").within(columns, '#', '.').length())
        .isLessThanOrEqualTo(columns);
  }

  @Test
  void chineseNameTakesTwoColumnsForEachSign() {
    assertThat(Wording.columns("联合 two")).isEqualTo(8);
    assertThat(Wording.columns(line("联合").within(120, '#', '.'))).isEqualTo(120);
  }
}
