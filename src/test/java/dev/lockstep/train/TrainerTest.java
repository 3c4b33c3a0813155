package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ToyExperiment;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
  private static final TrainingListener NOBODY = new TrainingListener() {};

  @TempDir private Path folder;

  @Test
  void oneBatchIsLearnedByHeart() {
    Path experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.RESNET,
            """
            stages = [{
              strategy = joint, steps = 120, batch-size = 24
              optimizer { learning-rate { image = 1e-2, text = 1e-2, shared = 0.1 }, warmup = 10 }
            }]
            model.text { hidden = 32, pooling = mean, dropout = 0, attention-dropout = 0 }
            """);
    List<Double> losses = new ArrayList<>();
    ToyTraining.run(
        ToyTraining.of(experiment, folder.resolve("checkpoints")),
        new TrainingListener() {
          @Override
          public void onStep(StepView step) {
            losses.add(step.loss());
          }
        });

    assertThat(losses).hasSize(120);
    assertThat(losses.get(0)).isGreaterThan(2);
    assertThat(losses.get(119)).isLessThan(0.01);
  }

  @ParameterizedTest
  @CsvSource({"resnet, image", "resnet, text", "vit, image", "vit, text"})
  void whatIsFrozenStaysTheSameBitForBit(String tower, String frozen) {
    Path experiment =
        ToyExperiment.write(
            folder,
            tower.equals("vit") ? ToyExperiment.VIT : ToyExperiment.RESNET,
            """
            stages = [
              { strategy = joint, steps = 2, batch-size = 8, optimizer { learning-rate = 1e-2 } }
              { strategy = freeze-%s, steps = 3, batch-size = 8, optimizer { learning-rate = 1e-2 } }
            ]
            """
                .formatted(frozen));
    Path checkpoints = folder.resolve("checkpoints");
    ToyTraining.run(ToyTraining.of(experiment, checkpoints), NOBODY);
    Map<String, float[]> before = ToyTraining.values(checkpoints.resolve("step-000002"));
    Map<String, float[]> after = ToyTraining.values(checkpoints.resolve("step-000005"));

    Set<String> same = new TreeSet<>();
    Set<String> changed = new TreeSet<>();
    before.forEach(
        (name, value) -> (Arrays.equals(value, after.get(name)) ? same : changed).add(name));
    String learning = frozen.equals("image") ? "text" : "image";
    assertThat(same)
        .as("weights, batch-norm statistics and optimizer slots of the frozen tower")
        .allMatch(name -> isOf(name, frozen))
        .anyMatch(name -> name.startsWith(frozen + "/"))
        .anyMatch(name -> name.startsWith("optimizer/mean/" + frozen + "/"))
        .anyMatch(name -> name.startsWith("optimizer/variance/" + frozen + "/"));
    assertThat(changed)
        .noneMatch(name -> isOf(name, frozen))
        .anyMatch(name -> name.startsWith(learning + "/"))
        .anyMatch(name -> name.startsWith("optimizer/mean/" + learning + "/"));
  }

  @Test
  void lossThatIsNoNumberStopsAtTheLastGoodCheckpoint() {
    Path experiment =
        ToyExperiment.write(
            folder,
            ToyExperiment.RESNET,
            """
            stages = [
              { strategy = joint, steps = 2, batch-size = 8, optimizer { learning-rate = 1e-3 } }
              {
                name = too-fast, strategy = joint, steps = 100, batch-size = 8
                optimizer { learning-rate = 10, weight-decay = 10, clip = 0 }
              }
            ]
            """);
    Path checkpoints = folder.resolve("checkpoints");
    TrainingSetup setup = ToyTraining.of(experiment, checkpoints);

    assertThatThrownBy(() -> ToyTraining.run(setup, NOBODY))
        .isInstanceOf(RunFailedException.class)
        .hasMessageMatching("(?s)step \\d+: the loss is .*NaN.*")
        .hasMessageContaining("the last good checkpoint is " + checkpoints.resolve("step-000002"))
        .hasMessageContaining("lower the learning rate");
    assertThat(ToyTraining.values(checkpoints.resolve("step-000002")).values())
        .allSatisfy(values -> assertThat(sum(values)).isFinite());
  }

  @Test
  void refusesFewerPairsThanABatch() {
    TrainingSetup setup =
        ToyTraining.of(
            ToyExperiment.write(folder), folder.resolve("checkpoints"), "stages.0.batch-size=25");

    assertThatThrownBy(() -> new Trainer(setup))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("24")
        .hasMessageContaining("25")
        .hasMessageContaining("batch-size");
  }

  @Test
  void refusesTheCheckpointOfAnotherModelOrSeed() {
    Path experiment = ToyExperiment.write(folder);
    Path checkpoints = folder.resolve("checkpoints");
    ToyTraining.run(ToyTraining.of(experiment, checkpoints, "stages.0.steps=1"), NOBODY);

    TrainingSetup wider = ToyTraining.of(experiment, checkpoints, "model.text.hidden=32");
    assertThatThrownBy(() -> new Trainer(wider))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(checkpoints.resolve("step-000001").toString())
        .hasMessageContaining("a model with other variables");
    TrainingSetup reseeded = ToyTraining.of(experiment, checkpoints, "seed=4");
    assertThatThrownBy(() -> new Trainer(reseeded))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("seed 3, not 4");
  }

  @Test
  void goesOnFromTheCheckpointBeforeADamagedOne() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    TrainingSetup setup =
        ToyTraining.of(
            ToyExperiment.write(folder), checkpoints, "stages.0.steps=3", "checkpoint.steps=1");
    ToyTraining.run(setup, NOBODY);
    assertThat(trainingStands(setup)).isEqualTo(3);

    Path last = checkpoints.resolve("step-000003/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(last);
    bytes[bytes.length / 2] ^= 1;
    Files.write(last, bytes);
    assertThat(trainingStands(setup)).as("a flipped bit").isEqualTo(2);

    Files.write(last, Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(trainingStands(setup)).as("cut short").isEqualTo(2);

    Files.writeString(checkpoints.resolve("step-000002/state.json"), "{");
    assertThatThrownBy(() -> trainingStands(setup))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(checkpoints.resolve("step-000002/state.json").toString())
        .hasMessageContaining("the checkpoint is damaged")
        .hasMessageContaining("--fresh");
  }

  /** A process that was killed while it wrote leaves a folder that has not its final name yet. */
  @Test
  void aCheckpointThatWasNotFinishedIsNoCheckpoint() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    TrainingSetup setup =
        ToyTraining.of(ToyExperiment.write(folder), checkpoints, "stages.0.steps=1");
    Files.createDirectories(checkpoints.resolve("step-000007.unfinished"));

    assertThat(trainingStands(setup)).isZero();
  }

  private static long trainingStands(TrainingSetup setup) {
    try (Trainer trainer = new Trainer(setup)) {
      return trainer.state().step();
    }
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static boolean isOf(String variable, String tower) {
    return variable.startsWith(tower + "/")
        || variable.startsWith("optimizer/mean/" + tower + "/")
        || variable.startsWith("optimizer/variance/" + tower + "/");
  }
}
