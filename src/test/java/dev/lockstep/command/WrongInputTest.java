package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import dev.lockstep.experiment.Experiment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong ends with status 2 before anything starts, and is told with the way out. */
class WrongInputTest {
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final PrintStream terminal = System.err;

  @TempDir private Path folder;
  private Path experiment;

  @BeforeEach
  void listen() {
    experiment = ToyExperiment.write(folder);
    System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stopListening() {
    System.setErr(terminal);
  }

  @Test
  void experimentThatIsNotThere() {
    refuses("run", folder.resolve("none.conf"));
    says("none.conf", "no such file");
  }

  @Test
  void keyThatIsNotKnown() {
    refuses("run", experiment, "--runs", folder, "stages.0.optimizer.learning-rat=1");
    says("learning-rat", "did you mean learning-rate?");
    assertThat(folder.resolve("toy")).doesNotExist();
  }

  @Test
  void valueOfTheWrongTypeOrOutOfRange() throws IOException {
    Files.writeString(
        experiment, Files.readString(experiment).replace("image-size = 16", "image-size = small"));
    refuses("run", experiment, "--runs", folder);
    says("toy.conf:5", "image-size", "small", "a whole number from 8 to 1024");
    refuses("run", experiment, "--runs", folder, "data.image-size=5000");
    says("5000", "a whole number from 8 to 1024");
  }

  @Test
  void pairsThatAreNotThere() {
    refuses("run", experiment, "--runs", folder, "data.train=" + folder.resolve("none.csv"));
    says("none.csv");
  }

  @Test
  void pairsWithoutTheirColumns() throws IOException {
    Path csv = Files.writeString(folder.resolve("other.csv"), "name,image_path\n甲,a.png\n");
    refuses("run", experiment, "--runs", folder, "data.train=" + csv);
    says("other.csv", "text", "image_path");
  }

  @Test
  void fewerPairsThanABatch() {
    refuses("run", experiment, "--runs", folder, "stages.0.batch-size=25");
    says("24", "25", "batch-size");
  }

  @Test
  void folderOfAnotherExperiment() throws IOException {
    Path run = Files.createDirectory(folder.resolve("toy"));
    Files.writeString(
        run.resolve("experiment.conf"),
        Experiment.read(experiment, List.of("seed=4"), false).resolved());
    Files.createDirectories(run.resolve("checkpoints/step-000001"));
    refuses("run", experiment, "--runs", folder);
    says(run.toString(), "this folder holds another experiment", "seed was 4, is 3", "--fresh");
  }

  @Test
  void evaluationOfWhatIsNoRun() {
    refuses("evaluate", folder, "--pairs", folder.resolve("train.csv"));
    says(folder.toString(), "there are no weights in it");
  }

  @Test
  void fileToWriteThatCannotBe() {
    Path nowhere = folder.resolve("no/scores.json");
    refuses("evaluate", folder, "--pairs", folder.resolve("train.csv"), "--json", nowhere);
    says(nowhere.toString(), "is no folder to write to", "name a file in a folder that exists");
    refuses("classify", folder, "--images", folder, "--json", nowhere);
    says("is no folder to write to");
    refuses("agree", folder, "--json", nowhere);
    says("is no folder to write to");
    refuses("embed", folder, "--pairs", folder.resolve("train.csv"), "--out", folder);
    says(folder + ": this is a folder");
  }

  @Test
  void commandLineThatIsNone() {
    refuses("run");
    says("EXPERIMENT");
    refuses("rnu", experiment);
    says("rnu");
    refuses("run", experiment, "--smok");
    says("--smok");
  }

  private void refuses(Object... arguments) {
    told.reset();
    int status =
        LockstepCommand.execute(
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    assertThat(status).as(message()).isEqualTo(2);
  }

  private void says(String... parts) {
    assertThat(message()).contains(parts).doesNotContain("Exception", "\tat ");
  }

  private String message() {
    return told.toString(StandardCharsets.UTF_8);
  }
}
