package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {
  @TempDir Path folder;

  @Test
  void readsStagesStepsAndEvaluations() throws IOException {
    RunMetrics metrics =
        read(
            SampleRun.stage(0, "both", 2),
            SampleRun.step("both", 1, "2.5"),
            SampleRun.step("both", 2, "1.5"),
            SampleRun.evaluation(2, true, 0.5));

    assertThat(metrics.stages()).hasSize(1);
    assertThat(metrics.stages().get(0).trainedParameters())
        .isEqualTo(Map.of("image", 1200.0, "text", 800.0));
    assertThat(metrics.steps()).extracting(RunMetrics.Step::loss).containsExactly(2.5, 1.5);
    assertThat(metrics.steps().get(0).gradientNorms()).isEqualTo(Map.of("text", 0.5));
    assertThat(metrics.best().orElseThrow().scores().textToImage().recallAt())
        .containsEntry(1, 0.5);
    assertThat(metrics.unreadable()).isZero();
  }

  @Test
  void aStepThatWasTakenAgainCountsAsItWasLast() throws IOException {
    RunMetrics metrics =
        read(
            SampleRun.stage(0, "both", 3),
            SampleRun.step("both", 1, "3"),
            SampleRun.step("both", 2, "2"),
            SampleRun.evaluation(2, true, 0.1),
            SampleRun.stage(0, "both", 3),
            SampleRun.step("both", 2, "2.25"),
            SampleRun.evaluation(2, true, 0.2),
            SampleRun.step("both", 3, "1"));

    assertThat(metrics.stages()).hasSize(1);
    assertThat(metrics.steps()).extracting(RunMetrics.Step::loss).containsExactly(3.0, 2.25, 1.0);
    assertThat(metrics.evaluations()).hasSize(1);
    assertThat(metrics.best().orElseThrow().scores().textToImage().recallAt())
        .containsEntry(1, 0.2);
  }

  @Test
  void theLineThatAKillCutShortIsCountedAndLeftOut() throws IOException {
    String whole = SampleRun.step("both", 2, "2");

    RunMetrics metrics = read(SampleRun.step("both", 1, "3"), whole.substring(0, 40));

    assertThat(metrics.steps()).hasSize(1);
    assertThat(metrics.unreadable()).isEqualTo(1);
  }

  @Test
  void halfALineTakesWithItWhatIsWrittenBehindIt() throws IOException {
    String whole = SampleRun.step("both", 2, "2");

    RunMetrics metrics =
        read(
            whole.substring(0, 40) + SampleRun.step("both", 2, "2"),
            SampleRun.step("both", 3, "1"));

    assertThat(metrics.steps()).extracting(RunMetrics.Step::step).containsExactly(3L);
    assertThat(metrics.unreadable()).isEqualTo(1);
  }

  @Test
  void aNumberThatIsNoneIsNaNHoweverItIsWritten() throws IOException {
    RunMetrics metrics =
        read(
            SampleRun.step("both", 1, "NaN"),
            SampleRun.step("both", 2, "null"),
            SampleRun.step("both", 3, "\"NaN\""));

    assertThat(metrics.steps()).hasSize(3).allMatch(step -> Double.isNaN(step.loss()));
  }

  @Test
  void eventsOfOtherKindsAreNotCountedAsUnreadable() throws IOException {
    assertThat(read("{\"event\":\"finding\",\"text\":\"x\"}", "").unreadable()).isZero();
  }

  private RunMetrics read(String... lines) throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, String.join("\n", lines));
    return RunMetrics.read(file);
  }
}
