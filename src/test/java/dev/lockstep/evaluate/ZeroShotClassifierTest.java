package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.ClassificationScores.Classified;
import dev.lockstep.evaluate.ClassificationScores.OfClass;
import dev.lockstep.evaluate.ZeroShotClassifier.Guess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZeroShotClassifierTest {
  /** Two prompts for each label, at right angles to each other. */
  private static final Map<String, float[]> PROMPTS =
      Map.of(
          "猫", new float[] {1, 0, 0},
          "猫的图片", new float[] {0, 1, 0},
          "狗", new float[] {0, 0, 1},
          "狗的图片", new float[] {0, 0, 1});

  @TempDir private Path folder;

  @Test
  void aLabelIsTheMeanOfItsPrompts() {
    ZeroShotClassifier classifier =
        new ZeroShotClassifier(
            List.of("狗", "猫"),
            new PromptTemplates(List.of("{}", "{}的图片")),
            texts -> texts.stream().map(PROMPTS::get).toArray(float[][]::new));

    List<Guess> guesses = classifier.guesses(new float[] {0.8f, 0, 0.6f});

    // The cat's mean is (1, 1, 0) / sqrt 2: 0.8 / 1.414 = 0.566, less than the dog's 0.6.
    assertThat(guesses).extracting(Guess::label).containsExactly("狗", "猫");
    assertThat(guesses.get(0).similarity()).isCloseTo(0.6f, within(1e-6f));
    assertThat(guesses.get(1).similarity()).isCloseTo((float) (0.8 / Math.sqrt(2)), within(1e-6f));
  }

  @Test
  void scoresByClass() {
    List<String> labels = List.of("a", "b", "c", "d", "e", "f", "g");
    ClassificationScores scores =
        ClassificationScores.of(
            labels,
            List.of(
                new Classified("a", labels),
                new Classified("b", labels),
                new Classified("b", List.of("b", "a", "c", "d", "e", "f", "g")),
                new Classified("g", labels)),
            1);

    assertThat(scores.accuracyAt1()).isEqualTo(0.5);
    assertThat(scores.accuracyAt5()).isEqualTo(0.75);
    assertThat(scores.byClass())
        .containsExactly(
            new OfClass("a", 1, 1, 1), new OfClass("b", 2, 0.5, 1), new OfClass("g", 1, 0, 0));
    assertThat(scores.toTable()).contains("50.0%", "75.0%", "1 images do not decode");
  }

  @Test
  void refusesATemplateWithoutAPlace() throws IOException {
    Path file = Files.writeString(folder.resolve("templates.txt"), "一张{}的图片\n\n一张图片\n");
    assertThatThrownBy(() -> PromptTemplates.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("一张图片")
        .hasMessageContaining("{}");
  }

  @Test
  void refusesALabelThatStandsTwice() throws IOException {
    Path file = Files.writeString(folder.resolve("labels.txt"), "猫\n狗\n猫\n");
    assertThatThrownBy(() -> LabelFile.read(file)).hasMessageContaining("猫");
  }
}
