package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressPrinterTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong nanos = new AtomicLong();

  private ProgressPrinter lines() {
    return new ProgressPrinter(new LineDisplay(out, Duration.ofSeconds(5), nanos::get));
  }

  private ProgressPrinter bar(Charset charset) {
    return new ProgressPrinter(new BarDisplay(new TerminalLine(out, charset, () -> 121)));
  }

  private void seconds(long seconds) {
    nanos.set(Duration.ofSeconds(seconds).toNanos());
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void fileGetsTheFirstStepTheLastAndOneEveryFiveSeconds() {
    ProgressPrinter printer = lines();
    printer.onStageStart(Views.stage("both", 1, 7, 0));
    for (int step = 1; step <= 7; step++) {
      seconds(2L * step);
      printer.onStep(Views.step("both", step, 2));
    }
    printer.onTrainingEnd();

    List<String> lines = text().lines().toList();
    assertThat(lines).hasSize(4).noneMatch(line -> line.contains("\u001b"));
    assertThat(lines.get(0)).startsWith("stage both (2 of 2): joint");
    assertThat(lines.get(1))
        .startsWith("both  1/7  loss 2.00 (ln N 5.55, floor 0.21)  512 pairs/s");
    assertThat(lines.get(2)).startsWith("both  4/7  ");
    assertThat(lines.get(3)).startsWith("both  7/7  ");
  }

  @Test
  void recallOfTheLastEvaluationStays() {
    ProgressPrinter printer = lines();
    printer.onStageStart(Views.stage("both", 1, 2, 0));
    printer.onStep(Views.step("both", 1, 2));
    printer.onEvaluation(Views.evaluation("both", 1, 0.413));
    printer.onCheckpoint(Path.of("checkpoints", "step-1"), 1);
    printer.onStep(Views.step("both", 2, 2));

    List<String> lines = text().lines().toList();
    assertThat(lines.get(1)).doesNotContain("R@1");
    assertThat(lines.get(2)).startsWith("step 1: text to image R@1 41.3%");
    assertThat(lines.get(3)).isEqualTo("step 1: checkpoint " + Path.of("checkpoints", "step-1"));
    assertThat(lines.get(4)).contains("R@1 41.3%");
  }

  @Test
  void terminalGetsABarUnderTheLinesThatStay() {
    ProgressPrinter printer = bar(StandardCharsets.UTF_8);
    printer.onStageStart(Views.stage("both", 1, 2, 0));
    printer.onStep(Views.step("both", 1, 2));
    printer.onEvaluation(Views.evaluation("both", 1, 0.413));
    printer.onStep(Views.step("both", 2, 2));
    printer.onTrainingEnd();

    assertThat(text())
        .contains("\rstage both (2 of 2)")
        .contains("(best)\u001b[K\n")
        .contains("\rboth  █")
        .endsWith("\n");
    String last = text().substring(text().lastIndexOf("\rboth"));
    assertThat(last).contains("██  2/2  loss 2.00").doesNotContain("░");
  }

  @Test
  void terminalWithoutBlocksGetsSigns() {
    ProgressPrinter printer = bar(StandardCharsets.US_ASCII);
    printer.onStageStart(Views.stage("both", 1, 2, 0));
    printer.onStep(Views.step("both", 1, 2));
    printer.onTrainingEnd();

    assertThat(text()).contains("both  ##").contains("..  1/2");
  }

  @Test
  void endWithoutAStageIsQuiet() {
    bar(StandardCharsets.UTF_8).onTrainingEnd();
    assertThat(text()).isEmpty();
  }

  @Test
  void readerWhoIsGoneDoesNotStopTheTraining() {
    out.close();
    ProgressPrinter printer = lines();
    printer.onStageStart(Views.stage("both", 1, 1, 0));
    printer.onStep(Views.step("both", 1, 2));
    printer.onTrainingEnd();
  }
}
