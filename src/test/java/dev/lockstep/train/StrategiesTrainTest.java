package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ToyExperiment;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stages change, and where they end. */
class StrategiesTrainTest {
  @TempDir private Path folder;

  /**
   * After a stage of {@code joint}, in which all moves, one of another strategy. With three steps,
   * {@code gradual} has thawed two of the three parts of the image tower at the last (the head,
   * then a block each step), and one of the text tower's two.
   *
   * @param fixed a regular expression for what stays the same, batch norm's statistics and the
   *     optimizer's slots included; all else must move
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          resnet ~ strategy = projections-only                           ~ (image|text)/(?!projection).*
          vit    ~ strategy = projections-only                           ~ (image|text)/(?!projection).*
          resnet ~ strategy { type = unlock-last, image = 1, text = 0 }  ~ image/(stem|stage/0).*|text/(embeddings|encoder).*
          vit    ~ strategy { type = unlock-last, image = 0, text = 1 }  ~ image/(class|position|patch|pre-norm|encoder).*|text/embeddings.*
          resnet ~ strategy { type = gradual, thawed-by = 1 }            ~ image/stem.*|text/embeddings.*
          resnet ~ strategy { type = alternating, every = 9 }            ~ text/.*
          vit    ~ strategy { type = rules, rules = [{ match = ".*/encoder/.*", factor = 0 }, { match = ".*", factor = 2 }] } ~ .*/encoder/.*
          """)
  void whatIsFixedStaysTheSameBitForBit(String tower, String strategy, String fixed) {
    Path checkpoints = folder.resolve("checkpoints");
    run(
        ToyTraining.of(
            ToyExperiment.write(
                folder,
                tower.equals("vit") ? ToyExperiment.VIT : ToyExperiment.RESNET,
                """
                stages = [
                  { strategy = joint, name = all, steps = 1, batch-size = 8
                    optimizer { learning-rate = 1e-2 } }
                  { %s, name = some, steps = 3, batch-size = 8, cache = off
                    optimizer { learning-rate = 1e-2, decay = constant } }
                ]
                """
                    .formatted(strategy)),
            checkpoints),
        () -> false);
    Map<String, float[]> before = ToyTraining.values(checkpoints.resolve("step-000001"));
    Map<String, float[]> after = ToyTraining.values(checkpoints.resolve("step-000004"));
    Set<String> same = new TreeSet<>();
    before.forEach(
        (name, value) -> {
          if (Arrays.equals(value, after.get(name))) {
            same.add(name);
          }
        });
    Set<String> expected = new TreeSet<>(before.keySet());
    expected.removeIf(name -> !model(name).matches(fixed));

    assertThat(same).isEqualTo(expected).isNotEmpty();
  }

  /** The model's variable that a slot belongs to, or the variable itself. */
  private static String model(String name) {
    return name.replaceFirst("^optimizer/(mean|variance)/", "");
  }

  @Test
  void refusesAStageThatTrainsNothingAndRulesThatMatchNothing() {
    assertRefused(
        "strategy { type = rules, rules = [{ match = \".*\", factor = 0 }] }",
        "strategy rules trains nothing");
    assertRefused(
        "strategy { type = rules, rules = [{ match = \".*\", factor = 1 }, "
            + "{ match = \"imag/.*\", factor = 1 }] }",
        "stages.0.strategy.rules.1.match = \"imag/.*\"");
    assertRefused(
        "strategy { type = rules, rules = [{ match = \"image/.*\", factor = 1 }] }",
        "none matches text/embeddings/word");
    assertRefused(
        "strategy { type = unlock-last, text = 7 }", "stages.0.strategy.text = 7", "blocks, 1");
  }

  @Test
  void refusesObjectivesThatDoNotSuitTheStage() {
    assertRefused("strategy = joint, objective.type = fit-embedding", "both towers are trained");
    assertRefused("strategy = joint, objective.type = fit-similarity", "both towers are trained");
    assertRefused(
        "strategy = freeze-text, objective { type = fit-embedding, target = features },"
            + " model.embedding = 12",
        "features have 16 dimensions");
    assertRefused(
        "strategy = freeze-text, objective.type = two-views", "nothing makes them differ");
    assertRefused(
        "strategy = joint, objective.type = masked-language", "train the image tower, on which");
  }

  private void assertRefused(String stage, String... message) {
    String[] keys = stage.split(", model\\.embedding = ", -1);
    Path experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.RESNET,
            "stages = [{ %s, steps = 1, batch-size = 8, optimizer.learning-rate = 1e-2 }]%n%s"
                .formatted(keys[0], keys.length > 1 ? "model.embedding = " + keys[1] : ""));
    TrainingSetup setup = ToyTraining.of(experiment, folder.resolve("checkpoints"));

    assertThatThrownBy(() -> new Trainer(setup).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(message);
  }

  /** Interrupted after its second step, each kind of stage ends where it would have ended. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "steps = 5",
        "epochs = 2",
        "steps = 50, patience = 2",
        "patience = 2, optimizer.decay = constant"
      })
  void aRestartEndsTheStageAtTheSamePlace(String end) {
    // A rate of 0: the score cannot rise after the first evaluation.
    Path experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.RESNET,
            """
            stages = [
              { name = first, strategy = freeze-image, batch-size = 8, %s
                optimizer { learning-rate = 0 } }
              { name = second, strategy = joint, batch-size = 8, steps = 1
                optimizer { learning-rate = 1e-3 } }
            ]
            evaluate.every = 1
            """
                .formatted(end));
    List<StageEndView> whole =
        run(ToyTraining.of(experiment, folder.resolve("whole")), () -> false);
    int[] asked = {0};
    TrainingSetup setup = ToyTraining.of(experiment, folder.resolve("parts"), "stages.0.cache=off");
    run(setup, () -> ++asked[0] == 2);
    List<StageEndView> parts = run(setup, () -> false);

    assertThat(whole).hasSize(2);
    assertThat(parts).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(parts.get(i).stageStep()).isEqualTo(whole.get(i).stageStep());
      assertThat(parts.get(i).reason()).isEqualTo(whole.get(i).reason());
    }
    assertThat(whole.get(0).reason())
        .isEqualTo(end.contains("patience") ? StageEnd.Reason.PATIENCE : StageEnd.Reason.STEPS);
  }

  @Test
  void movingToTheNextStageIsToldOnce() {
    Path experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.VIT,
            """
            stages = [
              { name = first, strategy = freeze-image, batch-size = 8, steps = 3, cache = off
                optimizer { learning-rate = 1e-3 } }
              { name = second, strategy = joint, batch-size = 8, steps = 3
                optimizer { learning-rate = 1e-3 } }
            ]
            """);
    List<StageMove> moves = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    ToyTraining.run(
        ToyTraining.of(experiment, folder.resolve("checkpoints")),
        new TrainingListener() {
          @Override
          public void onStageMove(StageMove move) {
            moves.add(move);
          }

          @Override
          public void onMessage(String stage, String line) {
            messages.add(stage + ": " + line);
          }
        });

    assertThat(moves).hasSize(1);
    assertThat(moves.get(0).from()).isEqualTo("first");
    assertThat(moves.get(0).to()).isEqualTo("second");
    assertThat(moves.get(0).step()).isEqualTo(4);
    assertThat(moves.get(0).firstStepSeconds()).isPositive();
    assertThat(moves.get(0).seconds()).isGreaterThan(moves.get(0).firstStepSeconds());
    assertThat(messages).anyMatch(line -> line.startsWith("first: stage second is ready to begin"));
  }

  /** A stage of a second of which all was spent before ends at its next step. */
  @Test
  void timeThatWasSpentBeforeARestartCounts() {
    TrainingState spent = TrainingState.start().afterStep(8, 0.1).afterTime(1.5);
    StageEnd end = new StageEnd(0, 0, Optional.of(Duration.ofSeconds(1)), 0, Long.MAX_VALUE);

    assertThat(end.reached(spent, 24, 8)).contains(StageEnd.Reason.DURATION);
    assertThat(end.reached(TrainingState.start().afterStep(8, 0.1).afterTime(0.5), 24, 8))
        .isEmpty();
    assertThat(end.timeShare(0.25)).isEqualTo(0.25);
  }

  private static List<StageEndView> run(TrainingSetup setup, BooleanSupplier stop) {
    List<StageEndView> ends = new ArrayList<>();
    try (Trainer trainer = new Trainer(setup)) {
      trainer.run(
          new TrainingListener() {
            @Override
            public void onStageEnd(StageEndView end) {
              ends.add(end);
            }
          },
          stop);
    }
    return ends;
  }
}
