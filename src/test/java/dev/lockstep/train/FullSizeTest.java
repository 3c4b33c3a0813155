package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.SyntheticBatches;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.PrecisionChoice;
import dev.lockstep.tensorflow.Variables;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** A published model at its size; it takes up to 7 GB, and under a minute on two cores. */
@Tag("full-size")
class FullSizeTest {
  private static final int BATCH = 2;
  private static final int TOKENS = 52;
  private static final int VOCABULARY = 21128;

  @Test
  void chineseClipBaseTakesAStep() {
    Block block =
        ConfigFile.read(Path.of("conf", "models", "chinese-clip-vit-b-16.conf"), List.of());
    ModelSpec spec = ModelSpec.from(block.block("model"), 224, TOKENS);
    Device device = Device.open(DeviceSpec.from(Block.parse("")));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 1);
      DualEncoder model = new DualEncoder(tf, variables, spec, VOCABULARY);
      BatchIterator iterator = new BatchIterator(tf, 224);
      LayerMode mode = LayerMode.evaluation(false);
      model.encode(
          iterator.next().images(),
          new Tokens(iterator.next().inputIds(), iterator.next().attentionMask()),
          mode,
          mode);
      String stages =
          "stages = [{strategy = joint, batch-size = %d, steps = 2, optimizer.learning-rate ="
              + " 1e-5}]";
      StageGraph stage =
          new StageGraph(
              tf,
              variables,
              model,
              new AdamW(graph, tf, variables),
              StageSpec.listFrom(Block.parse(stages.formatted(BATCH))).get(0),
              iterator,
              new StepInputs(tf),
              new InputSignals(0, TOKENS),
              device.precision(PrecisionChoice.AUTO).precision() == Precision.BFLOAT16);
      SyntheticBatches batches = new SyntheticBatches(iterator, BATCH, TOKENS, VOCABULARY);
      var initializer = variables.initializer();
      try (Session session = new Session(graph, device.sessionConfig())) {
        session.run(initializer);
        batches.start(session);
        Map<String, Double> rates = Map.of("image", 1e-5, "text", 1e-5, "shared", 1e-5);
        StepGraph.Measured first =
            stage.step(session, 0, StageProgress.ofSteps(0, 2), rates, false);
        assertThat(first.chance()).isCloseTo(Math.log(BATCH), within(1e-6));
        assertThat(first.loss()).isCloseTo(first.chance(), within(0.7));
        assertThat(first.logitScale()).isCloseTo(1 / 0.07, within(1e-3));
        assertThat(first.gradientNorms()).containsOnlyKeys("image", "text", "shared");
        assertThat(first.gradientNorms().values())
            .allSatisfy(norm -> assertThat(norm).isFinite().isPositive());
        assertThat(stage.trainedParameters(StageProgress.ofSteps(0, 2)))
            .isEqualTo(Map.of("image", 86_192_640L, "text", 102_070_272L, "shared", 1L));
      }
    }
  }
}
