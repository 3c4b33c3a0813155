package dev.lockstep.train;

import dev.lockstep.ToyExperiment;
import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.PreparationListener;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.evaluate.EvaluateSpec;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.text.TokenizerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a {@link ToyExperiment} trains. */
final class ToyTraining {
  private ToyTraining() {}

  static TrainingSetup of(Path experiment, Path checkpoints, String... arguments) {
    Block block = ConfigFile.read(experiment, List.of(arguments));
    DataSpec data = DataSpec.from(block.block("data"));
    TokenizerSpec tokenizer = TokenizerSpec.from(block.block("tokenizer"));
    PreparedDataset training =
        new DatasetPreparer(
                data.prepared(), data.training(), DatasetPreparer.tokenizer(data, tokenizer))
            .prepare(data.train(), PreparationListener.NONE)
            .dataset();
    return new TrainingSetup(
        ModelSpec.from(block.block("model"), data.imageSize(), tokenizer.contextLength()),
        StageSpec.listFrom(block),
        training,
        Optional.empty(),
        data.imageSize(),
        InputSpec.from(block.block("input")),
        EvaluateSpec.from(block.block("evaluate")),
        CheckpointSpec.from(block.block("checkpoint")),
        checkpoints,
        Device.open(DeviceSpec.from(block.block("device"))),
        Precision.FLOAT32,
        block.integer("seed", 0, Integer.MAX_VALUE));
  }

  /** Trains to the end. */
  static void run(TrainingSetup setup, TrainingListener listener) {
    try (Trainer trainer = new Trainer(setup)) {
      trainer.run(listener, () -> false);
    }
  }

  /** All that a checkpoint holds, by name. */
  static Map<String, float[]> values(Path checkpoint) {
    Map<String, float[]> values = new TreeMap<>();
    try (Checkpoint file =
        Checkpoint.open(Checkpoints.variables(checkpoint).resolveSibling("variables.index"))) {
      file.names().forEach(name -> values.put(name, file.floats(name)));
    }
    return values;
  }
}
