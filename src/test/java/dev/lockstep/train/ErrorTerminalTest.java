package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorTerminalTest {

  /** Maven reads the test process's standard error through a pipe. */
  @Test
  void pipeIsNoTerminal() {
    assertThat(ErrorTerminal.find()).isEmpty();
  }
}
