package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCostsTest {
  @TempDir private Path folder;

  @Test
  void areReadAsTheyWereWritten() throws IOException {
    RunCosts costs = new RunCosts(Map.of("fit", 1e8, "both", 2.5e8), 5, OptionalLong.of(1 << 30));
    Path file = folder.resolve("costs.json");
    Files.writeString(file, costs.toJson());

    assertThat(RunCosts.read(file)).isEqualTo(costs);
  }

  @Test
  void areNotKnownWithoutAFile() {
    assertThat(RunCosts.read(folder.resolve("none"))).isEqualTo(RunCosts.unknown());
  }

  @Test
  void theMemoryIsThatOfTheHungriestSession() {
    RunCosts costs = RunCosts.unknown().withPeakMemory(OptionalLong.of(700));

    assertThat(costs.withPeakMemory(OptionalLong.of(500)).peakMemoryBytes()).hasValue(700);
    assertThat(costs.withPeakMemory(OptionalLong.of(900)).peakMemoryBytes()).hasValue(900);
    assertThat(costs.withPeakMemory(OptionalLong.empty()).peakMemoryBytes()).hasValue(700);
  }

  @Test
  void anotherFileIsNamed() throws IOException {
    Path file = folder.resolve("costs.json");
    Files.writeString(file, "[]");

    assertThatThrownBy(() -> RunCosts.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("costs.json");
  }
}
