package dev.lockstep.command;

import com.google.gson.GsonBuilder;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.experiment.FinishedRun;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "evaluate",
    description = "Scores a run's model on the pairs of a CSV.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUN", description = "A run's folder.")
  private Path run;

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
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private FinishedRun.Choice choice;

  @Override
  public Integer call() {
    FinishedRun finished = FinishedRun.open(run);
    Path checkpoint = finished.checkpoint(choice);
    Device device = Device.open(finished.experiment().device());
    PreparedDataset dataset = finished.prepare(pairs, System.err::println);
    System.err.println("checkpoint: " + checkpoint);
    RetrievalScores scores;
    try (TrainedModel model = finished.model(checkpoint, dataset, device);
        RetrievalEvaluator evaluator = new RetrievalEvaluator(device.sessionConfig())) {
      scores = model.embed().scores(evaluator, finished.experiment().evaluate().recallAt());
    }
    System.out.print(scores.toTable());
    if (json != null) {
      RunFolder.write(
          json, new GsonBuilder().setPrettyPrinting().create().toJson(scores.toJson()) + "\n");
    }
    return 0;
  }
}
