package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.train.Finding;
import dev.lockstep.train.StepView;
import dev.lockstep.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaterStagesTest {
  private static final String TWO_STAGES =
      """
      stages = [
        { strategy = joint, steps = 9, batch-size = 8, optimizer.learning-rate = 1e-3 }
        { name = second, strategy = joint, steps = 9, batch-size = 8, optimizer.learning-rate = 1e-3 }
      ]
      """;

  @TempDir private Path folder;

  @Test
  void eachStageAfterTheFirstTakesItsFirstSteps() {
    LaterStages later =
        tried(
            """
            stages = [
              { name = a, strategy = freeze-image, steps = 9, batch-size = 8
                optimizer.learning-rate = 1e-3 }
              { name = b, strategy = joint, steps = 2, batch-size = 12
                optimizer.learning-rate = 1e-3 }
              { name = c, strategy = freeze-text, steps = 9, batch-size = 4
                optimizer.learning-rate = 1e-3 }
            ]
            """);

    assertThat(later.tried())
        .extracting(tried -> tried.key())
        .containsExactly("stages.1", "stages.2");
    assertThat(later.tried()).extracting(tried -> tried.last().stageStep()).containsExactly(2L, 3L);
    assertThat(later.tried()).extracting(tried -> tried.last().batchSize()).containsExactly(12, 4);
    assertThat(later.seconds(24))
        .isEqualTo(2 * later.tried().get(0).stepSeconds() + 9 * later.tried().get(1).stepSeconds());
    assertThat(later.findings()).isEmpty();
  }

  @Test
  void aStageWhoseLossIsNoNumberIsFoundBeforeItBegins() {
    LaterStages.Tried tried = tried(TWO_STAGES).tried().get(0);
    assertThat(tried.line()).startsWith("3 steps: loss ");

    StepView last = tried.last();
    StepView broken =
        new StepView(
            last.stage(),
            last.step(),
            last.stageStep(),
            last.totalSteps(),
            last.done(),
            last.examples(),
            last.epoch(),
            last.seconds(),
            last.stepSeconds(),
            last.waitSeconds(),
            Double.NaN,
            last.floor(),
            last.chance(),
            last.batchSize(),
            last.learningRates(),
            last.gradientNorms(),
            last.logitScale(),
            last.signals());
    List<Finding> findings =
        new LaterStages(
                List.of(
                    new LaterStages.Tried(
                        tried.key(), tried.stage(), broken, tried.stepSeconds(), tried.memory())))
            .findings();
    assertThat(findings).extracting(Finding::id).containsExactly("not-a-number");
    assertThat(findings.get(0).advice()).contains("stages.1.optimizer.learning-rate");
  }

  @Test
  void memoryIsSaidAgainstWhatThereIs() {
    MemoryNeed much = new MemoryNeed(OptionalLong.of(950L << 20), 1000L << 20);
    assertThat(much.describe()).isEqualTo("memory: 950 MiB needed, 1,000 MiB there are");
    assertThat(much.findings("stages.1").get(0).advice())
        .isEqualTo("set a smaller stages.1.batch-size");
    assertThat(new MemoryNeed(OptionalLong.of(800L << 20), 1000L << 20).findings("stages.1"))
        .isEmpty();
    assertThat(new MemoryNeed(OptionalLong.empty(), 1).findings("stages.1")).isEmpty();
  }

  private LaterStages tried(String stages) {
    Experiment experiment =
        Experiment.read(
            ToyExperiment.write(folder, ToyExperiment.RESNET, stages), List.of(), false);
    ExperimentData data = ExperimentData.prepare(experiment, line -> {});
    try (Trainer trainer =
        new Trainer(
            experiment.training(
                data,
                folder.resolve("checkpoints"),
                Device.open(experiment.device()),
                Precision.FLOAT32))) {
      return LaterStages.of(trainer, experiment.stages());
    }
  }
}
