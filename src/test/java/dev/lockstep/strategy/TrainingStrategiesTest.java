package dev.lockstep.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variable.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;

class TrainingStrategiesTest {
  @ParameterizedTest
  @CsvSource({"joint, 1, 1, 1", "freeze-image, 0, 1, 1", "freeze-text, 1, 0, 1"})
  void eachSideLearnsOrNot(String name, double image, double text, double shared) {
    TrainingStrategy strategy = TrainingStrategies.from(Block.parse("strategy = " + name));
    assertThat(strategy.name()).isEqualTo(name);
    assertThat(factor(strategy, "image/encoder/0/mlp/up/kernel")).isEqualTo(image);
    assertThat(factor(strategy, "image/projection/kernel")).isEqualTo(image);
    assertThat(factor(strategy, "text/embeddings/word")).isEqualTo(text);
    assertThat(factor(strategy, "text/projection/kernel")).isEqualTo(text);
    assertThat(factor(strategy, "shared/logit-scale")).isEqualTo(shared);
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> TrainingStrategies.from(Block.parse("strategy = freez-image")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strategy = \"freez-image\"")
        .hasMessageContaining("one of alternating, apart, ")
        .hasMessageContaining("did you mean freeze-image?");
  }

  @Test
  void aMissingNameIsRefused() {
    assertThatThrownBy(() -> TrainingStrategies.from(Block.parse("")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strategy is missing");
  }

  private static double factor(TrainingStrategy strategy, String variable) {
    return strategy.learningRateFactor(
        new Variable(variable, Shape.of(1), Role.WEIGHT, null, null, null));
  }
}
