package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.data.Encoding;
import org.junit.jupiter.api.Test;

class InputBenchmarkTest {
  @Test
  void measuresEachStepOfTheWork() {
    InputBenchmark.Report report = new InputBenchmark(32, Encoding.JPEG, 200, 20, 1).run();
    assertThat(report.bytesPerImage()).isBetween(300L, 5000L);
    assertThat(report.measurements())
        .hasSize(5)
        .allSatisfy(
            measured -> {
              assertThat(measured.images()).isEqualTo(200);
              assertThat(measured.imagesPerSecond()).isPositive();
              assertThat(measured.cpuSeconds()).isNotNegative();
            });
  }

  @Test
  void measuresPhotographsAsTheyWerePublished() {
    InputBenchmark.Report report = new InputBenchmark(32, Encoding.ORIGINAL, 40, 20, 1).run();
    // As large as the photographs that other pipelines are measured with.
    assertThat(report.bytesPerImage()).isBetween(60_000L, 75_000L);
    assertThat(report.measurements())
        .extracting(InputBenchmark.Measurement::step)
        .containsExactly(
            "read",
            "+ decode",
            "+ resize as Pillow",
            "+ batch, as in training",
            "or resize fast",
            "+ batch, as in training");
    assertThat(report.measurements()).allMatch(measured -> measured.images() == 40);
  }
}
