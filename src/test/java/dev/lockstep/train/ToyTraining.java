package dev.lockstep.train;

import dev.lockstep.ToyExperiment;
import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentData;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a {@link ToyExperiment} trains. */
final class ToyTraining {
  private ToyTraining() {}

  static TrainingSetup of(Path file, Path checkpoints, String... arguments) {
    Experiment experiment = Experiment.read(file, List.of(arguments), false);
    return experiment.training(
        ExperimentData.prepare(experiment, line -> {}),
        checkpoints,
        Device.open(experiment.device()),
        Precision.FLOAT32);
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
