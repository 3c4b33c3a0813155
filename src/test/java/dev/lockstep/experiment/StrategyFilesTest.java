package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That conf/strategies and the examples of docs/strategies.md can be used as they say. */
class StrategyFilesTest {
  private static final String EXPERIMENT =
      """
      include "%s/conf/data/emoji.conf"
      include "%s/conf/models/tiny-resnet.conf"
      name = strategies
      """;

  @TempDir private Path folder;

  static Stream<Path> files() throws IOException {
    return Files.list(Path.of("conf/strategies")).sorted();
  }

  @ParameterizedTest
  @MethodSource("files")
  void aStageIncludesTheFileOfItsStrategy(Path file) throws IOException {
    Experiment experiment =
        read(
            "stages = [{ include \"%s\", epochs = 1, batch-size = 8, optimizer.learning-rate = 1 }]"
                .formatted(file.toAbsolutePath()));

    assertThat(experiment.stages().get(0).strategy().name() + ".conf")
        .isEqualTo(file.getFileName().toString());
  }

  @Test
  void eachStrategyHasAFile() throws IOException {
    assertThat(files().map(file -> file.getFileName().toString()))
        .containsExactly(
            "alternating.conf",
            "apart.conf",
            "freeze-image.conf",
            "freeze-text.conf",
            "gradual.conf",
            "joint.conf",
            "projections-only.conf",
            "rules.conf",
            "unlock-last.conf");
  }

  @Test
  void theExamplesOfThePageCanBeRead() throws IOException {
    List<MatchResult> examples =
        Pattern.compile("(?s)```hocon\n(.*?)```")
            .matcher(Files.readString(Path.of("docs/strategies.md")))
            .results()
            .toList();
    assertThat(examples).hasSize(3);
    for (MatchResult example : examples) {
      String text =
          example.group(1).replace("../conf", Path.of("conf").toAbsolutePath().toString());
      String stages =
          text.startsWith("strategy {")
              ? "stages = [{ %s, epochs = 1, batch-size = 8, optimizer.learning-rate = 1 }]"
                  .formatted(text)
              : text;
      assertThat(read(stages).stages()).isNotEmpty();
    }
  }

  @Test
  void anEndMustBeThereAndPatienceNeedsEvaluations() {
    assertRefused("batch-size = 8", "an end for the stage");
    assertRefused("batch-size = 8, duration = 0s", "a time above 0");
    assertRefused(
        "batch-size = 8, patience = 2, optimizer.decay = constant",
        "none without evaluations on the way");
    assertRefused("batch-size = 8, patience = 2", "constant where patience alone ends the stage");
  }

  @Test
  void apartHasNoUseForPairs() {
    assertRefused(
        "strategy = apart, batch-size = 8, steps = 1, objective.type = info-nce",
        "apart, since the stage's strategy is");
  }

  private void assertRefused(String stage, String message) {
    assertThatThrownBy(
            () ->
                read(
                    "stages = [{ strategy = joint, %s, optimizer.learning-rate = 1 }]"
                        .formatted(stage)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private Experiment read(String text) throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path file = folder.resolve("experiment.conf");
    Files.writeString(file, EXPERIMENT.formatted(here, here) + text);
    return Experiment.read(file, List.of(), false);
  }
}
