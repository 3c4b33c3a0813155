package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import dev.lockstep.command.LockstepProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops a run does not change what comes of it. */
class RestartTest {
  /** A pass is of three batches, so that these are in the middle of one. */
  private static final String CHECKPOINTS = "checkpoint.steps=5";

  @TempDir private static Path folder;
  private static Path experiment;
  private static Path uninterrupted;

  @BeforeAll
  static void runThrough() {
    experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.RESNET,
            """
            input.augment { translation = 0.1, channel-contrast = 0.2 }
            stages = [
              { strategy = joint, steps = 16, batch-size = 8, optimizer { learning-rate = 3e-3 } }
              {
                strategy = freeze-text, steps = 14, batch-size = 8
                optimizer { learning-rate = 3e-3, warmup = 4 }
              }
            ]
            """);
    Ended ended = LockstepProcess.run(run("through"));
    assertThat(ended.status()).as(ended.err()).isZero();
    uninterrupted = folder.resolve("runs/through/checkpoints/step-000030");
  }

  private static Object[] run(String name) {
    return run(experiment, name);
  }

  private static Object[] run(Path experiment, String name) {
    return new Object[] {
      "run", experiment, "--runs", folder.resolve("runs"), "name=" + name, CHECKPOINTS
    };
  }

  @Test
  void interruptedAndKilledInTheMiddleOfEpochsItEndsWithTheSameBits() throws IOException {
    try (LockstepProcess interrupted = LockstepProcess.start(run("broken"))) {
      interrupted.awaitLine(line -> line.startsWith("joint  1/16"));
      interrupted.interrupt();
      Ended ended = interrupted.end();

      assertThat(ended.status()).as(ended.err()).isEqualTo(130);
      assertThat(ended.err())
          .contains("stopping after this step; a checkpoint comes first")
          .containsPattern("stopped at step \\d+ of 30; the same command goes on from there")
          .doesNotContain("Exception");
    }
    try (LockstepProcess killed = LockstepProcess.start(run("broken"))) {
      killed.awaitLine(line -> line.matches("going on from step \\d+ of 30"));
      killed.awaitLine(line -> line.matches("step 2\\d: checkpoint .*"));
      killed.kill();

      assertThat(killed.end().status()).isEqualTo(128 + 9);
    }
    Ended ended = LockstepProcess.run(run("broken"));

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).containsPattern("going on from step (2\\d|30) of 30");
    assertSameBits("broken", uninterrupted);
  }

  /** Cached features in the first stage, separate losses in the second; dropout in both. */
  @Test
  void killedWhereBatchesAreTakenInPartsItEndsWithTheSameBits(@TempDir Path elsewhere)
      throws IOException {
    Path inParts =
        ToyExperiment.write(
            elsewhere,
            ToyExperiment.VIT,
            """
            input.augment { translation = 0.1 }
            stages = [
              {
                strategy = joint, steps = 15, batch-size = 8, micro-batch-size = 2
                optimizer { learning-rate = 3e-3 }
              }
              {
                strategy = joint, name = apart, steps = 15, batch-size = 8, micro-batch-size = 4
                accumulation = separate-losses
                optimizer { learning-rate = 3e-3, warmup = 4 }
              }
            ]
            """);
    Ended whole = LockstepProcess.run(run(inParts, "parts"));
    assertThat(whole.status()).as(whole.err()).isZero();

    for (String checkpoint : new String[] {"step 10: checkpoint .*", "step 2\\d: checkpoint .*"}) {
      try (LockstepProcess killed = LockstepProcess.start(run(inParts, "parts-broken"))) {
        killed.awaitLine(line -> line.matches(checkpoint));
        killed.kill();
        assertThat(killed.end().status()).isEqualTo(128 + 9);
      }
    }
    Ended ended = LockstepProcess.run(run(inParts, "parts-broken"));

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).containsPattern("going on from step (2\\d|30) of 30");
    assertSameBits("parts-broken", folder.resolve("runs/parts/checkpoints/step-000030"));
  }

  private static void assertSameBits(String name, Path expected) throws IOException {
    Path end = folder.resolve("runs/" + name + "/checkpoints/step-000030");
    for (String file : new String[] {"variables.data-00000-of-00001", "variables.index"}) {
      assertThat(Files.mismatch(end.resolve(file), expected.resolve(file)))
          .as(file + ": weights, batch-norm statistics and the optimizer's moments")
          .isEqualTo(-1);
    }
  }
}
