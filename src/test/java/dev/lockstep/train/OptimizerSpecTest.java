package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.train.LearningRateSchedule.Decay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerSpecTest {

  @Test
  void defaultsAreThoseOfClip() {
    assertThat(OptimizerSpec.from(Block.parse("learning-rate = 1e-3")))
        .isEqualTo(
            new OptimizerSpec(
                new LearningRateSchedule(ByTower.all(1e-3), ByTower.all(0), Decay.COSINE, 0),
                0.9,
                0.98,
                1e-6,
                ByTower.all(0.1),
                ByTower.all(1),
                1));
  }

  @Test
  void everyKeyIsRead() {
    Block block =
        Block.parse(
            "learning-rate = 1, betas = [0.8, 0.95], epsilon = 1e-8, weight-decay = 0, clip = 0");

    OptimizerSpec spec = OptimizerSpec.from(block);
    block.finish();

    assertThat(spec.beta1()).isEqualTo(0.8);
    assertThat(spec.beta2()).isEqualTo(0.95);
    assertThat(spec.epsilon()).isEqualTo(1e-8);
    assertThat(spec.weightDecay()).isEqualTo(ByTower.all(0));
    assertThat(spec.clip()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "betas = [0.9]",
        "betas = [0.9, 1]",
        "betas = 0.9",
        "epsilon = 0",
        "weight-decay = -0.1",
        "clip = -1"
      })
  void impossibleValuesAreRefused(String setting) {
    assertThatThrownBy(() -> OptimizerSpec.from(Block.parse("learning-rate = 1, " + setting)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(setting.substring(0, setting.indexOf(' ')));
  }
}
