package dev.lockstep.command;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.experiment.StoredModel;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate",
    description = "Scores a model on the pairs of a CSV.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private ModelWithPairs given;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the scores there, as fractions.")
  private Path json;

  @Override
  public Integer call() {
    OutputFiles.check(json);
    StoredModel stored = given.open();
    Device device = Device.open(stored.device());
    PreparedDataset dataset =
        stored.prepare(given.pairs(), stored.prepared(), System.err::println).dataset();
    RetrievalScores scores;
    try (TrainedModel trained = stored.over(dataset, device);
        RetrievalEvaluator evaluator = new RetrievalEvaluator(device.sessionConfig())) {
      scores = trained.embed().scores(evaluator, stored.evaluate().recallAt());
    }
    System.out.print(scores.toTable());
    if (json != null) {
      OutputFiles.write(json, scores.toJson());
    }
    return 0;
  }
}
