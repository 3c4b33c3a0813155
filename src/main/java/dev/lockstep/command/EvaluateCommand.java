package dev.lockstep.command;

import com.google.gson.GsonBuilder;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.experiment.FinishedRun;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.experiment.StoredModel;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "evaluate",
    description = "Scores a model on the pairs of a CSV.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
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
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the scores there, as fractions.")
  private Path json;

  @Option(
      names = "--checkpoint",
      defaultValue = "best",
      description = "Of a run: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private FinishedRun.Choice choice;

  @Override
  public Integer call() {
    StoredModel stored = StoredModel.open(model, choice);
    System.err.println("model: " + stored.name());
    Device device = Device.open(stored.device());
    PreparedDataset dataset =
        stored.prepare(pairs, stored.prepared(), System.err::println).dataset();
    RetrievalScores scores;
    try (TrainedModel trained = stored.over(dataset, device);
        RetrievalEvaluator evaluator = new RetrievalEvaluator(device.sessionConfig())) {
      scores = trained.embed().scores(evaluator, stored.evaluate().recallAt());
    }
    System.out.print(scores.toTable());
    if (json != null) {
      RunFolder.write(
          json, new GsonBuilder().setPrettyPrinting().create().toJson(scores.toJson()) + "\n");
    }
    return 0;
  }
}
