package dev.lockstep.train;

import static dev.lockstep.train.StageProgress.ofSteps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import dev.lockstep.train.LearningRateSchedule.Decay;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

  private static LearningRateSchedule schedule(int warmup, Decay decay, double finalRate) {
    return new LearningRateSchedule(
        new ByTower(1e-3, 2e-3, 4e-3), ByTower.all(warmup), decay, finalRate);
  }

  @Test
  void warmUpRisesByTheSameAmountFromItsFirstStep() {
    LearningRateSchedule schedule = schedule(4, Decay.COSINE, 0);

    assertThat(schedule.at(Side.TEXT, ofSteps(0, 12))).isEqualTo(0.25);
    assertThat(schedule.at(Side.TEXT, ofSteps(1, 12))).isEqualTo(0.5);
    assertThat(schedule.at(Side.TEXT, ofSteps(2, 12))).isEqualTo(0.75);
    assertThat(schedule.at(Side.TEXT, ofSteps(3, 12))).isEqualTo(1);
    assertThat(schedule.at(Side.TEXT, ofSteps(4, 12))).isEqualTo(1);
  }

  /** Eight steps after the warm-up; cos(pi/4) = 0.7071068 and cos(7 pi/8) = -0.9238795. */
  @Test
  void cosineFallsSlowlyThenFastThenSlowly() {
    LearningRateSchedule schedule = schedule(4, Decay.COSINE, 0);

    assertThat(schedule.at(Side.TEXT, ofSteps(6, 12))).isCloseTo(0.8535534, within(1e-7));
    assertThat(schedule.at(Side.TEXT, ofSteps(8, 12))).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.at(Side.TEXT, ofSteps(11, 12))).isCloseTo(0.0380602, within(1e-7));
  }

  @Test
  void linearFallsByTheSameAmountToTheFinalRate() {
    LearningRateSchedule schedule = schedule(2, Decay.LINEAR, 0.2);

    assertThat(schedule.at(Side.TEXT, ofSteps(2, 6))).isEqualTo(1);
    assertThat(schedule.at(Side.TEXT, ofSteps(3, 6))).isCloseTo(0.8, within(1e-12));
    assertThat(schedule.at(Side.TEXT, ofSteps(5, 6))).isCloseTo(0.4, within(1e-12));
    assertThat(schedule.at(Side.TEXT, ofSteps(6, 6)))
        .as("after the end")
        .isCloseTo(0.2, within(1e-12));
    assertThat(schedule.at(Side.TEXT, ofSteps(60, 6)))
        .as("long after the end")
        .isCloseTo(0.2, within(1e-12));
  }

  @Test
  void constantStaysAfterTheWarmUp() {
    LearningRateSchedule schedule = schedule(2, Decay.CONSTANT, 0);

    assertThat(schedule.at(Side.TEXT, ofSteps(0, 6))).isEqualTo(0.5);
    assertThat(schedule.at(Side.TEXT, ofSteps(5, 6))).isEqualTo(1);
  }

  @Test
  void withoutWarmUpTheFirstStepHasTheWholeRate() {
    assertThat(schedule(0, Decay.COSINE, 0).at(Side.TEXT, ofSteps(0, 1))).isEqualTo(1);
  }

  @Test
  void stageThatIsShorterThanItsWarmUpOnlyRises() {
    assertThat(schedule(10, Decay.COSINE, 0).at(Side.TEXT, ofSteps(4, 5))).isEqualTo(0.5);
  }

  @Test
  void eachTowerHasItsOwnRate() {
    assertThat(schedule(2, Decay.CONSTANT, 0).rates(ofSteps(0, 4)))
        .containsExactlyInAnyOrderEntriesOf(Map.of("image", 5e-4, "text", 1e-3, "shared", 2e-3));
  }

  @Test
  void oneNumberIsForAllTowers() {
    assertThat(LearningRateSchedule.from(Block.parse("learning-rate = 5e-4, warmup = 50")))
        .isEqualTo(new LearningRateSchedule(ByTower.all(5e-4), ByTower.all(50), Decay.COSINE, 0));
  }

  @Test
  void sharedPartLearnsAtTheHigherRateUnlessTold() {
    Block two = Block.parse("learning-rate { image = 1e-4, text = 3e-4 }");
    Block three = Block.parse("learning-rate { image = 1e-4, text = 3e-4, shared = 1e-2 }");

    assertThat(LearningRateSchedule.from(two).peak().shared()).isEqualTo(3e-4);
    assertThat(LearningRateSchedule.from(three).peak().shared()).isEqualTo(1e-2);
  }

  @Test
  void wrongValuesAreRefused() {
    assertRefused("warmup = 10", "learning-rate is missing");
    assertRefused("learning-rate = fast", "learning-rate = \"fast\"");
    assertRefused("learning-rate = -1", "learning-rate = -1");
    assertRefused("learning-rate { image = 1e-4 }", "learning-rate.text is missing");
    assertRefused("learning-rate = 1, warmup = 0.1", "warmup = 0.1");
    assertRefused("learning-rate = 1, decay = cosin", "one of cosine, linear, constant");
    assertRefused("learning-rate = 1, final-rate = 2", "final-rate = 2");
  }

  private static void assertRefused(String hocon, String message) {
    assertThatThrownBy(() -> LearningRateSchedule.from(Block.parse(hocon)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
