package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.train.StepView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpeedTest {
  private static StepView step(double seconds, double wait, boolean signals) {
    return new StepView(
        "both",
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        seconds,
        wait,
        0,
        0,
        0,
        28,
        Map.of(),
        Map.of(),
        14,
        signals ? Map.of("alignment", 1.0) : Map.of());
  }

  /** A second each with a tenth of waiting; a step with signals takes 0.2 s more. */
  @Test
  void leavesTheFirstStepsOut() {
    List<StepView> steps = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      steps.add(step(30, 20, i == 0));
    }
    for (int i = 0; i < 30; i++) {
      boolean signals = i % 10 == 0;
      steps.add(step(signals ? 1.2 : 1, signals ? 0.12 : 0.1, signals));
    }
    Speed speed = Speed.of(steps);
    assertThat(speed.stepSeconds()).isEqualTo(1);
    assertThat(speed.waitShare()).isCloseTo(0.1, within(1e-9));
    assertThat(speed.signalSeconds()).isCloseTo(0.2, within(1e-9));
    assertThat(speed.describe(3600, 3600, 10))
        .isEqualTo(
            "a step takes 1000 ms, 10% of it waiting for input; watching adds 2.0%;"
                + " all 3,600 steps take about 1h00m00s without the evaluations");
  }

  @Test
  void oneStepIsAllThereIs() {
    assertThat(Speed.of(List.of(step(2, 1, true))).describe(0, 0, 10))
        .isEqualTo("a step takes 2000 ms, 50% of it waiting for input; watching adds 0.0%");
  }
}
