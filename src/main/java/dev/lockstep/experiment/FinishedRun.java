package dev.lockstep.experiment;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.VariableSource;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import dev.lockstep.train.Checkpoints;
import java.nio.file.Path;
import java.util.List;

/** A run as something to use: its experiment, its vocabulary and its checkpoints. */
public record FinishedRun(RunFolder folder, Experiment experiment) {

  /** Which checkpoint of a run to take. */
  public enum Choice {
    BEST,
    LAST
  }

  /**
   * @throws InvalidInputException if the folder is not a run's
   */
  public static FinishedRun open(Path path) {
    RunFolder folder = RunFolder.existing(path);
    return new FinishedRun(folder, Experiment.read(folder.experimentFile(), List.of(), false));
  }

  /**
   * The files of a checkpoint.
   *
   * @throws InvalidInputException if there is none yet
   */
  public Path checkpoint(Choice choice) {
    Checkpoints checkpoints = new Checkpoints(folder.checkpoints(), 1);
    return (choice == Choice.BEST
            ? checkpoints.best().or(checkpoints::latest)
            : checkpoints.latest())
        .orElseThrow(
            () ->
                new InvalidInputException(
                    folder.path().toString(),
                    "this run has no checkpoint yet",
                    "run it for longer: one is written every few minutes and at each stage's end"));
  }

  /** The run's own tokenizer. */
  public WordPieceTokenizer tokenizer() {
    return new WordPieceTokenizer(Vocabulary.read(folder.vocabulary()), experiment.tokenizer());
  }

  /** The model of a checkpoint over prepared pairs. */
  public TrainedModel model(Path checkpoint, PreparedDataset pairs, Device device) {
    return new TrainedModel(
        experiment.model(),
        VariableSource.checkpoint(Checkpoints.variables(checkpoint)),
        pairs,
        experiment.data().imageSize(),
        experiment.input(),
        experiment.evaluate().batchSize(),
        device.sessionConfig());
  }
}
