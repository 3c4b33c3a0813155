package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import dev.lockstep.command.LockstepProcess.Ended;
import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {
  /** More than the toy's other files have, less than its checkpoint, in either unit of shells. */
  private static final List<String> SMALL_FILES_ONLY =
      List.of("sh", "-c", "ulimit -f 100 && exec \"$@\"", "sh");

  @TempDir private Path folder;

  @Test
  void checkpointThatDoesNotFitIsNamedAndTheRunCanGoOn() throws IOException {
    Path experiment = ToyExperiment.write(folder);
    ExperimentData.prepare(Experiment.read(experiment, List.of(), false), line -> {});
    Object[] run = {"run", experiment, "--runs", folder, "stages.0.steps=2"};
    try (LockstepProcess limited = LockstepProcess.start(SMALL_FILES_ONLY, run)) {
      Ended failed = limited.end();

      assertThat(failed.status()).as(failed.err()).isEqualTo(1);
      assertThat(failed.err())
          .contains("toy/checkpoints/step-000002")
          .contains("the checkpoint could not be written")
          .contains("see that the disk has room")
          .doesNotContain("Exception");
    }
    try (Stream<Path> left = Files.list(folder.resolve("toy/checkpoints"))) {
      assertThat(left).isEmpty();
    }

    Ended again = LockstepProcess.run(run);
    assertThat(again.status()).as(again.err()).isZero();
  }
}
