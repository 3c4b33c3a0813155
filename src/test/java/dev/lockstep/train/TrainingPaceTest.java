package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingPaceTest {

  /** 100 steps of 32 pairs. */
  private static StepView step(long step, double seconds, double wait, double loss) {
    return new StepView(
        "both", step, step, 100, 0, 0, 0, 0, seconds, wait, loss, 0.2, 3, 32, Map.of(), Map.of(),
        14, Map.of());
  }

  @Test
  void firstStepSpeaksForItselfUntilTheSecond() {
    TrainingPace pace = new TrainingPace();

    pace.add(step(1, 4, 2, 3));
    assertThat(pace.pairsPerSecond()).isEqualTo(8);
    assertThat(pace.waitShare()).isEqualTo(0.5);
    assertThat(pace.left()).contains(Duration.ofSeconds(4 * 99));

    pace.add(step(2, 0.5, 0, 3));
    assertThat(pace.pairsPerSecond()).isEqualTo(64);
    assertThat(pace.waitShare()).isZero();
    assertThat(pace.left()).contains(Duration.ofSeconds(49));
  }

  /** (0.95 * 3 + 1) / (0.95 + 1) = 1.974359. */
  @Test
  void lossLeansToTheLatestSteps() {
    TrainingPace pace = new TrainingPace();
    pace.add(step(1, 1, 0, 3));
    pace.add(step(2, 1, 0, 1));

    assertThat(pace.loss()).isCloseTo(1.974359, within(1e-6));
    assertThat(pace.floor()).isCloseTo(0.2, within(1e-12));
  }

  /** After the first: (0.98 * 32 + 32) / (0.98 * 1 + 3) = 15.919598 pairs a second. */
  @Test
  void speedLeansToTheLatestSteps() {
    TrainingPace pace = new TrainingPace();
    pace.add(step(1, 9, 0, 3));
    pace.add(step(2, 1, 0, 3));
    pace.add(step(3, 3, 1.99, 3));

    assertThat(pace.pairsPerSecond()).isCloseTo(15.919598, within(1e-6));
    assertThat(pace.waitShare()).isCloseTo(0.5, within(1e-12));
  }
}
