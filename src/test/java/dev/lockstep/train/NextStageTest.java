package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ToyExperiment;
import dev.lockstep.config.Block;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.exceptions.TFResourceExhaustedException;

/** What is done for the next stage before it begins. */
class NextStageTest {
  private static final FreeMemory PLENTY = new FreeMemory(Path.of("/proc/meminfo"), 0);
  private static final FreeMemory NONE = new FreeMemory(Path.of("none"), 0);

  /** Batch norm learns in the end, and the text tower drops at random. */
  private static final String STAGES =
      """
      model.text.dropout = 0.1
      stages = [
        { strategy = gradual, batch-size = 8, steps = 3, optimizer { learning-rate = 1e-2 } }
        { strategy = joint, batch-size = 8, steps = 2, optimizer { learning-rate = 1e-2 } }
      ]
      """;

  @TempDir private Path folder;

  /** A training that goes on from the last step but one never makes anything ready. */
  @Test
  void makingItReadyChangesNoVariable() {
    Path experiment = ToyExperiment.write(folder, ToyExperiment.RESNET, STAGES);
    Messages ready = new Messages();
    TrainingSetup setup = ToyTraining.of(experiment, folder.resolve("whole"));
    run(setup, NONE, ready, () -> false);
    assertThat(ready.lines)
        .extracting(line -> line.replaceAll(" \\(.*", ""))
        .containsExactly("its later phases are ready", "stage joint is ready to begin");

    Messages never = new Messages();
    TrainingSetup inParts = ToyTraining.of(experiment, folder.resolve("parts"));
    int[] steps = {0};
    run(inParts, NONE, never, () -> ++steps[0] == 2);
    run(inParts, NONE, never, () -> false);
    assertThat(never.lines).isEmpty();
    assertSame(last(inParts), last(setup));
  }

  /** It is whole before a training ends that was to stop meanwhile, and goes on from there. */
  @Test
  void theCheckpointBetweenStagesIsTheSameWrittenBesideTheEvaluationOrAfterIt() {
    Path experiment = twoStages();
    TrainingSetup beside = ToyTraining.of(experiment, folder.resolve("beside"));
    TrainingSetup after = ToyTraining.of(experiment, folder.resolve("after"));
    int[] steps = {0};
    assertThat(run(beside, PLENTY, new Messages(), () -> ++steps[0] == 3))
        .isEqualTo(Trainer.Outcome.INTERRUPTED);
    assertThat(last(beside)).hasFileName("step-000003");
    run(beside, PLENTY, new Messages(), () -> false);
    run(after, NONE, new Messages(), () -> false);

    for (String step : List.of("step-000003", "step-000005")) {
      Path one = beside.checkpointFolder().resolve(step);
      Path other = after.checkpointFolder().resolve(step);
      assertSame(one, other);
      TrainingState state = Checkpoints.state(one);
      assertThat(state.bestScore()).isEqualTo(Checkpoints.state(other).bestScore()).isPositive();
      assertThat(state.stage()).isEqualTo(Checkpoints.state(other).stage());
    }
    assertThat(best(beside)).isEqualTo(best(after));
  }

  @Test
  void anEvaluationThatFailsLeavesNothingOfTheCheckpointBesideIt() throws IOException {
    TrainingSetup setup = ToyTraining.of(twoStages(), folder.resolve("checkpoints"));
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onEvaluation(EvaluationView evaluation) {
            throw new IllegalStateException("no evaluation");
          }
        };
    assertThatThrownBy(() -> run(setup, PLENTY, failing, () -> false)).hasMessage("no evaluation");

    try (Stream<Path> left = Files.list(setup.checkpointFolder())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void memoryThatIsTooSmallIsToldWithTheKeysToChange() {
    String text =
        "stages = [{name = both, strategy = joint, batch-size = 8, steps = 1,"
            + " optimizer.learning-rate = 1}]";
    StageSpec spec = StageSpec.listFrom(Block.parse(text)).get(0);
    try (TrainingStage stage =
        new TrainingStage(
            spec, null, Optional.empty(), new FeatureCache(spec.cache(), List.of()))) {
      assertThat(stage.explain(new TFResourceExhaustedException("OOM when allocating [8,4]\nmore")))
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("stage both: a step of 8 pairs does not fit into the memory")
          .hasMessageContaining("OOM when allocating [8,4]")
          .hasMessageContaining("micro-batch-size");
    }
  }

  private Path twoStages() {
    return ToyExperiment.write(
        folder,
        ToyExperiment.VIT,
        """
        stages = [
          { strategy = freeze-image, batch-size = 8, steps = 3, cache = off
            optimizer { learning-rate = 1e-2 } }
          { strategy = joint, batch-size = 8, steps = 2, optimizer { learning-rate = 1e-2 } }
        ]
        """);
  }

  /** Keeps what is said to be ready. */
  private static final class Messages implements TrainingListener {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void onMessage(String stage, String line) {
      if (line.contains("ready")) {
        lines.add(line);
      }
    }
  }

  private static Trainer.Outcome run(
      TrainingSetup setup, FreeMemory memory, TrainingListener listener, BooleanSupplier stop) {
    try (Trainer trainer = new Trainer(setup, memory)) {
      return trainer.run(listener, stop);
    }
  }

  private static Path last(TrainingSetup setup) {
    return new Checkpoints(setup.checkpointFolder(), 1).latest().orElseThrow();
  }

  private static Path best(TrainingSetup setup) {
    return new Checkpoints(setup.checkpointFolder(), 1).best().orElseThrow().getFileName();
  }

  private static void assertSame(Path checkpoint, Path expected) {
    Map<String, float[]> values = ToyTraining.values(checkpoint);
    Map<String, float[]> others = ToyTraining.values(expected);
    assertThat(values.keySet()).isEqualTo(others.keySet());
    values.forEach((name, numbers) -> assertThat(numbers).as(name).isEqualTo(others.get(name)));
  }
}
