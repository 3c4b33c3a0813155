package dev.lockstep.command;

import dev.lockstep.experiment.FinishedRun;
import dev.lockstep.experiment.RunExport;
import dev.lockstep.experiment.StoredModel;
import dev.lockstep.export.StoredPrecision;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = "Writes a run's model as a SavedModel, the next version in a folder of versions.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  /** What can be written. */
  enum Format {
    SAVED_MODEL,
    TRANSFORMERS;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "A run's folder; with --format transformers, any MODEL.")
  private Path run;

  @Option(
      names = "--format",
      defaultValue = "saved-model",
      description = {
        "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "transformers: the folder that ChineseCLIPModel and ChineseCLIPProcessor load, where the"
            + " model has their form."
      })
  private Format format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder of versions: the first export is DIR/1, the next DIR/2.")
  private Path out;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "How weights are kept: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private StoredPrecision precision;

  @Option(
      names = "--checkpoint",
      defaultValue = "best",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private FinishedRun.Choice choice;

  @Override
  public Integer call() {
    if (format == Format.TRANSFORMERS) {
      StoredModel model = StoredModel.open(run, choice);
      System.err.println("model: " + model.name());
      model.exportForTransformers(out);
      System.out.println(out);
      return 0;
    }
    FinishedRun finished = FinishedRun.open(run);
    Path checkpoint = finished.checkpoint(choice);
    Device device = Device.open(finished.experiment().device());
    System.err.println("checkpoint: " + checkpoint);
    RunExport.Exported exported =
        new RunExport(finished, device).version(checkpoint, out, precision);
    System.err.printf(
        Locale.ROOT,
        "loaded again, its embeddings agree with the run's to %.1e%n",
        exported.difference());
    System.out.println(exported.folder());
    return 0;
  }
}
