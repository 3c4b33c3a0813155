package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ToyExperiment;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path folder;
  private Path file;
  private Path runs;

  @BeforeEach
  void writeExperiment() {
    file = ToyExperiment.write(folder);
    runs = folder.resolve("runs");
  }

  @Test
  void keepsTheExperimentSoThatItCanBeRunAgain() {
    Experiment experiment = experiment();
    try (RunFolder opened = RunFolder.open(runs, experiment, false)) {
      assertThat(opened.path()).isEqualTo(runs.resolve("toy"));
      assertThat(Experiment.read(opened.experimentFile(), List.of(), false).resolved())
          .isEqualTo(experiment.resolved());
    }
  }

  @Test
  void takesTheSameExperimentAgainThoughWhatIsNotLearnedDiffers() {
    RunFolder.open(runs, experiment(), false).close();
    RunFolder.open(runs, experiment("device.threads=2", "checkpoint.keep=5"), false).close();
  }

  @Test
  void goesOnThoughAKeyWithItsDefaultIsNewerThanTheFolder() throws IOException {
    RunFolder.open(runs, experiment(), false).close();
    Path stored = trained().resolve("experiment.conf");
    String whole = Files.readString(stored);
    String older = whole.replaceAll("(?m)^ *warmup *=.*\n", "");
    assertThat(older).isNotEqualTo(whole);
    Files.writeString(stored, older);

    assertThatThrownBy(() -> RunFolder.open(runs, experiment(), false))
        .hasMessageContaining("warmup was 0, is 4");
    RunFolder.open(runs, experiment("stages.0.optimizer.warmup=0"), false).close();
  }

  @Test
  void setsAFileThatCannotBeReadAnyMoreAgainstTheNewOneByItsText() throws IOException {
    RunFolder.open(runs, experiment(), false).close();
    Path stored = trained().resolve("experiment.conf");
    Files.writeString(stored, Files.readString(stored) + "\nabolished = 1\n");

    assertThatThrownBy(() -> RunFolder.open(runs, experiment(), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds another experiment: abolished was 1, is not set");
  }

  @Test
  void takesACorrectedFileWhereNothingWasLearnedYet() throws IOException {
    Path run = runs.resolve("toy");
    RunFolder.open(runs, experiment(), false).close();
    Files.writeString(run.resolve("provenance.json"), "{}");
    Files.writeString(run.resolve("metrics.jsonl"), "{}\n");
    Files.writeString(run.resolve("log.txt"), "it failed\n");

    Experiment corrected = experiment("seed=9");
    try (RunFolder opened = RunFolder.open(runs, corrected, false)) {
      assertThat(opened.corrections()).containsExactly("seed was 3, is 9");
    }

    assertThat(run.resolve("experiment.conf")).content().isEqualTo(corrected.resolved());
    assertThat(run.resolve("provenance.json")).doesNotExist();
    assertThat(run.resolve("metrics.jsonl")).doesNotExist();
    assertThat(run.resolve("log.txt")).content().isEqualTo("it failed\n");
  }

  @Test
  void takesCorrectedDataUntilSomethingIsLearned() {
    try (RunFolder opened = RunFolder.open(runs, experiment(), false)) {
      record(opened);
      ToyExperiment.pairs(folder, "train.csv", 23);
      record(opened);
    }
  }

  @Test
  void refusesOtherDataOnceSomethingIsLearned() throws IOException {
    try (RunFolder opened = RunFolder.open(runs, experiment(), false)) {
      record(opened);
      trained();
      ToyExperiment.pairs(folder, "train.csv", 23);

      assertThatThrownBy(() -> record(opened))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("this run began with another data.");
    }
  }

  @Test
  void refusesToGoOnWhereItsDataIsNotKnownAnyMore() throws IOException {
    try (RunFolder opened = RunFolder.open(runs, experiment(), false)) {
      record(opened);
      Path provenance = trained().resolve("provenance.json");
      String whole = Files.readString(provenance);
      for (String damaged : List.of(whole.substring(0, whole.length() / 2), "[]", "{}")) {
        Files.writeString(provenance, damaged);

        assertThatThrownBy(() -> record(opened))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith(provenance + ": cannot be read: ")
            .hasMessageContaining("start over with --fresh");
      }
    }
  }

  @Test
  void refusesACorrectedFileWhereOnlyTheFinishedModelIsLeft() throws IOException {
    RunFolder.open(runs, experiment(), false).close();
    Files.createDirectories(runs.resolve("toy/model"));

    assertThatThrownBy(() -> RunFolder.open(runs, experiment("seed=9"), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("seed was 3, is 9");
  }

  @Test
  void refusesAnotherExperimentAndNamesWhatDiffers() throws IOException {
    RunFolder.open(runs, experiment(), false).close();
    trained();

    assertThatThrownBy(
            () -> RunFolder.open(runs, experiment("stages.0.batch-size=4", "seed=9"), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(runs.resolve("toy").toString())
        .hasMessageContaining("seed was 3, is 9")
        .hasMessageContaining("stages.0.batch-size was 8, is 4")
        .hasMessageContaining("name=...");
  }

  @Test
  void startsOverWhereThatIsAsked() throws IOException {
    Path run = runs.resolve("toy");
    RunFolder.open(runs, experiment(), false).close();
    Files.createDirectories(run.resolve("checkpoints/step-000001"));
    Files.writeString(run.resolve("metrics.jsonl"), "{}\n");

    RunFolder.open(runs, experiment("seed=9"), true).close();

    assertThat(run.resolve("checkpoints")).doesNotExist();
    assertThat(run.resolve("metrics.jsonl")).doesNotExist();
    assertThat(run.resolve("experiment.conf")).content().contains("seed").contains("9");
  }

  @Test
  void keepsASecondProcessOut() {
    RunFolder first = RunFolder.open(runs, experiment(), false);
    assertThatThrownBy(() -> RunFolder.open(runs, experiment(), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another process is at work in this run");
    first.close();

    RunFolder.open(runs, experiment(), false).close();
  }

  @Test
  void saysThatTheFolderCannotBeMade() throws IOException {
    Files.writeString(runs, "a file");

    assertThatThrownBy(() -> RunFolder.open(runs, experiment(), false))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("the run's folder cannot be used");
  }

  /** The folder of the run, as after its first checkpoint. */
  private Path trained() throws IOException {
    Path run = runs.resolve("toy");
    Files.createDirectories(run.resolve("checkpoints/step-000001"));
    return run;
  }

  private void record(RunFolder opened) {
    opened.record(experiment(), ExperimentData.prepare(experiment(), line -> {}), List.of("run"));
  }

  private Experiment experiment(String... arguments) {
    return Experiment.read(file, List.of(arguments), false);
  }
}
