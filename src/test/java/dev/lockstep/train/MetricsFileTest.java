package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("metrics.jsonl");
  }

  private void write(long resumeFrom, Consumer<MetricsFile> events) {
    MetricsFile metrics = new MetricsFile(file, resumeFrom);
    events.accept(metrics);
    metrics.onTrainingEnd();
  }

  /** Each line as "event step". */
  private List<String> summary() throws IOException {
    return lines().stream()
        .map(json -> json.get("event").getAsString() + (json.has("step") ? json.get("step") : ""))
        .toList();
  }

  private List<JsonObject> lines() throws IOException {
    return Files.readAllLines(file).stream().map(MetricsFileTest::strict).toList();
  }

  private static JsonObject strict(String line) {
    JsonReader reader = new JsonReader(new StringReader(line));
    reader.setStrictness(Strictness.STRICT);
    return JsonParser.parseReader(reader).getAsJsonObject();
  }

  @Test
  void eachEventIsALine() throws IOException {
    write(
        0,
        metrics -> {
          metrics.onStageStart(Views.stage("fit-text", 0, 350, 0));
          metrics.onStep(Views.step("fit-text", 1, 5.5));
          metrics.onEvaluation(Views.evaluation("fit-text", 1, 0.375));
        });

    List<JsonObject> lines = lines();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .isEqualTo(
            strict(
                """
                {"event": "stage", "stage": "fit-text", "strategy": "joint", "index": 0,
                 "steps": 350, "batchSize": 256, "chanceName": "ln N",
                 "trainedParameters": {"image": 2100000, "text": 870000, "shared": 1}}
                """));
    assertThat(lines.get(1))
        .isEqualTo(
            strict(
                """
                {"event": "step", "stage": "fit-text", "step": 1, "stageStep": 1, "examples": 256,
                 "epoch": 0.25, "seconds": 0.5, "stepSeconds": 0.5, "waitSeconds": 0.005,
                 "loss": 5.5, "floor": 0.21, "chance": 5.545177444479562,
                 "learningRate": {"image": 0.001, "text": 0.002, "shared": 0.004},
                 "gradientNorm": {"text": 0.75}, "logitScale": 14.3, "signals": {"alignment": 1.25}}
                """));
    assertThat(lines.get(2).getAsJsonObject("scores").getAsJsonObject("textToImage"))
        .isEqualTo(
            strict(
                """
                {"recallAt1": 0.375, "recallAt5": 0.5, "recallAt10": 0.75, "meanRank": 12.5,
                 "medianRank": 4.0}
                """));
  }

  @Test
  void lineIsInTheFileBeforeTheNextStep() throws IOException {
    MetricsFile metrics = new MetricsFile(file, 0);
    metrics.onStep(Views.step("both", 1, 5));

    assertThat(summary()).containsExactly("step1");
    metrics.onTrainingEnd();
  }

  @Test
  void valueThatIsNoNumberIsNullWithItsName() throws IOException {
    write(0, metrics -> metrics.onStep(Views.step("both", 1, Double.NaN)));

    JsonObject line = lines().get(0);
    assertThat(line.get("loss").isJsonNull()).isTrue();
    assertThat(line.get("lossText").getAsString()).isEqualTo("NaN");
  }

  @Test
  void stepsThatWillBeTakenAgainAreRemoved() throws IOException {
    write(
        0,
        metrics -> {
          metrics.onStageStart(Views.stage("fit-text", 0, 2, 0));
          metrics.onStep(Views.step("fit-text", 1, 5));
          metrics.onStep(Views.step("fit-text", 2, 5));
          metrics.onEvaluation(Views.evaluation("fit-text", 2, 0.1));
          metrics.onStageStart(Views.stage("both", 1, 2, 0));
          metrics.onStep(Views.step("both", 3, 4));
        });

    write(
        2,
        metrics -> {
          metrics.onEvaluation(Views.evaluation("fit-text", 2, 0.1));
          metrics.onStageStart(Views.stage("both", 1, 2, 0));
          metrics.onStep(Views.step("both", 3, 3.5));
          metrics.onEvaluation(Views.evaluation("both", 3, 0.2));
        });

    assertThat(summary())
        .containsExactly("stage", "step1", "step2", "evaluation2", "stage", "step3", "evaluation3");
    assertThat(lines().get(5).get("loss").getAsDouble()).isEqualTo(3.5);
  }

  @Test
  void stageThatStartsAfterTheCheckpointIsWrittenAgain() throws IOException {
    write(
        0,
        metrics -> {
          metrics.onStageStart(Views.stage("fit-text", 0, 2, 0));
          metrics.onStep(Views.step("fit-text", 1, 5));
          metrics.onStep(Views.step("fit-text", 2, 5));
          metrics.onStageStart(Views.stage("both", 1, 2, 0));
        });

    write(
        1,
        metrics -> {
          metrics.onStageStart(Views.stage("fit-text", 0, 2, 1));
          metrics.onStep(Views.step("fit-text", 2, 5));
          metrics.onStageStart(Views.stage("both", 1, 2, 0));
        });

    assertThat(summary()).containsExactly("stage", "step1", "step2", "stage");
  }

  @Test
  void halfALineOfAKilledProcessIsRemoved() throws IOException {
    write(0, metrics -> metrics.onStep(Views.step("both", 1, 5)));
    Files.writeString(file, "{\"event\":\"step\",\"sta", StandardOpenOption.APPEND);

    write(1, metrics -> metrics.onStep(Views.step("both", 2, 5)));

    assertThat(summary()).containsExactly("step1", "step2");
  }

  @Test
  void trainingFromTheStartEmptiesTheFile() throws IOException {
    Files.writeString(file, "left over");

    write(0, metrics -> metrics.onStep(Views.step("both", 1, 5)));

    assertThat(summary()).containsExactly("step1");
  }

  @Test
  void lineOfSomethingElseIsRefused() throws IOException {
    write(0, metrics -> metrics.onStep(Views.step("both", 1, 5)));
    String first = Files.readString(file);
    for (String line : List.of("step 2 was fine", "[]", "{\"loss\": 1}", "{\"event\":\"stage\"}")) {
      Files.writeString(file, first + line + "\n");

      assertThatThrownBy(() -> new MetricsFile(file, 2))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("metrics.jsonl:2");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fullDiskIsNamed() {
    MetricsFile metrics = new MetricsFile(Path.of("/dev/full"), 0);

    assertThatThrownBy(() -> metrics.onStep(Views.step("both", 1, 5)))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("/dev/full cannot be written: No space left on device");
    metrics.onTrainingEnd();
  }

  @Test
  void missingFolderIsNamed() {
    assertThatThrownBy(() -> new MetricsFile(folder.resolve("none/metrics.jsonl"), 0))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("metrics.jsonl cannot be written");
  }
}
