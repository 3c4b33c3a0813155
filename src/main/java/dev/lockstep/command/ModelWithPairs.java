package dev.lockstep.command;

import dev.lockstep.experiment.FinishedRun;
import dev.lockstep.experiment.StoredModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of commands that let a model embed the pairs of a CSV. */
final class ModelWithPairs {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A run, an imported model, or a folder in transformers' form.")
  private Path model;

  @Option(
      names = "--pairs",
      required = true,
      paramLabel = "FILE.csv",
      description = "Columns text,image_path; paths count from the CSV's folder.")
  private Path pairs;

  @Option(
      names = "--checkpoint",
      defaultValue = "best",
      description = "Of a run: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private FinishedRun.Choice choice;

  /** Opens the model and says on standard error which it is. */
  StoredModel open() {
    StoredModel stored = StoredModel.open(model, choice);
    System.err.println("model: " + stored.name());
    return stored;
  }

  Path pairs() {
    return pairs;
  }
}
