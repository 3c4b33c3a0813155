package dev.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlatConfigTest {
  @Test
  void keysAreThoseOfArguments() {
    assertThat(
            FlatConfig.of(
                "name = a\nstages = [{ steps = 2, optimizer.betas = [0.9, 0.98] }, { steps = 3 }]",
                "text"))
        .containsExactly(
            Map.entry("name", "\"a\""),
            Map.entry("stages.0.optimizer.betas", "[0.9,0.98]"),
            Map.entry("stages.0.steps", "2"),
            Map.entry("stages.1.steps", "3"));
  }

  @Test
  void aBrokenFileIsNamed() {
    assertThatThrownBy(() -> FlatConfig.of("name = {", "runs/a/experiment.conf"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("runs/a/experiment.conf");
  }
}
