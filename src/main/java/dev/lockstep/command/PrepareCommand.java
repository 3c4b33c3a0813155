package dev.lockstep.command;

import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentData;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "prepare",
    description = "Prepares an experiment's data: screened shards, and what was dropped and why.",
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "An experiment file.")
  private Path file;

  @Parameters(index = "1..*", paramLabel = "key=value", description = "Keys to set over the file.")
  private List<String> overrides = new ArrayList<>();

  @Override
  public Integer call() {
    Experiment experiment = Experiment.read(file, overrides, false);
    Device.open(experiment.device());
    ExperimentData.prepare(experiment, System.out::println);
    return 0;
  }
}
