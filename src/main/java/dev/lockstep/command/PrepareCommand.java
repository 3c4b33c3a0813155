package dev.lockstep.command;

import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentData;
import dev.lockstep.tensorflow.Device;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "prepare",
    description = "Prepares an experiment's data: screened shards, and what was dropped and why.",
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  @Mixin private ExperimentArguments given;

  @Override
  public Integer call() {
    Experiment experiment = given.read();
    Device.open(experiment.device());
    ExperimentData.prepare(experiment, System.out::println);
    return 0;
  }
}
