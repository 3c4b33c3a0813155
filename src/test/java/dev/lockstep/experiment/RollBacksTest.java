package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.train.Checkpoints;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.WatchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollBacksTest {
  private static final Finding COLLAPSE =
      new Finding("collapse", Severity.ERROR, "all similarities are equal", 0, "lower the rate");

  @TempDir Path run;

  private Checkpoints checkpoints;

  @BeforeEach
  void threeCheckpoints() throws IOException {
    for (String name : new String[] {"step-000010", "step-000020", "step-000030"}) {
      Files.createDirectories(run.resolve("checkpoints").resolve(name));
    }
    checkpoints = new Checkpoints(run.resolve("checkpoints"), 9);
  }

  private RollBacks rollBacks(String hocon) {
    return new RollBacks(run.resolve("roll-backs.txt"), WatchSpec.from(Block.parse(hocon)));
  }

  @Test
  void goesBackToTheLastGoodCheckpointWithLowerRates() {
    RollBacks rollBacks = rollBacks("on-collapse = roll-back");
    assertThat(rollBacks.rateFactor()).isEqualTo(1);

    Finding finding = rollBacks.goBack(checkpoints, COLLAPSE, 35, 21);

    assertThat(checkpoints.latest()).hasValue(run.resolve("checkpoints/step-000020"));
    assertThat(finding.message()).contains("at step 35", "to step-000020", "1 of 2 times");
    assertThat(rollBacks("on-collapse = roll-back").rateFactor())
        .as("also in another process")
        .isCloseTo(0.3, within(1e-12));
  }

  @Test
  void goesBackToTheBeginningWhereNoCheckpointIsGood() {
    Finding finding = rollBacks("on-collapse = roll-back").goBack(checkpoints, COLLAPSE, 35, 9);
    assertThat(checkpoints.latest()).isEmpty();
    assertThat(finding.message()).contains("to the beginning");
  }

  @Test
  void givesUpAfterSoManyTimes() {
    RollBacks once = rollBacks("on-collapse = roll-back, roll-backs = 1, roll-back-rate = 0.5");
    once.goBack(checkpoints, COLLAPSE, 35, 25);
    assertThat(once.rateFactor()).isEqualTo(0.5);
    assertThatThrownBy(() -> once.goBack(checkpoints, COLLAPSE, 36, 25))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("after 1 roll-backs")
        .hasMessageContaining("lower the rate");
  }

  @Test
  void stopsWhereItIsToStop() {
    assertThatThrownBy(() -> rollBacks("on-collapse = stop").goBack(checkpoints, COLLAPSE, 35, 25))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("all similarities are equal")
        .hasMessageContaining("doctor.on-collapse = roll-back");
    assertThat(checkpoints.latest()).as("kept").hasValue(run.resolve("checkpoints/step-000030"));
  }
}
