package dev.lockstep.command;

import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentRunner;
import dev.lockstep.train.Trainer.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    description = {
      "Runs an experiment: prepares the data that is missing, trains stage by stage, evaluates,"
          + " reports and exports; with seeds = 3 in the file, once for each seed.",
      "Run again, it goes on where it stopped."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "An experiment file.")
  private Path file;

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = "Keys to set over the file, as in seed=8 or stages.0.epochs=2.")
  private List<String> overrides = new ArrayList<>();

  @Option(names = "--fresh", description = "Start over: remove what the run's folder holds.")
  private boolean fresh;

  @Option(
      names = "--smoke",
      description = "A short form under the name NAME-smoke, to see that everything works.")
  private boolean smoke;

  @Mixin private RunsFolder runs;

  @Override
  public Integer call() {
    List<Experiment> all = Experiment.readRuns(file, overrides, smoke);
    List<String> arguments = new ArrayList<>(List.of("run", file.toString()));
    arguments.addAll(overrides);
    for (Experiment experiment : all) {
      if (all.size() > 1) {
        System.err.println(experiment.name() + ", seed " + experiment.seed());
      }
      Outcome outcome =
          new ExperimentRunner(experiment, runs.path(), arguments, System.out, System.err)
              .run(fresh);
      if (outcome == Outcome.INTERRUPTED) {
        return LockstepCommand.INTERRUPTED;
      }
    }
    if (all.size() > 1) {
      System.err.println("'lockstep compare' with this file shows their spread");
    }
    return 0;
  }
}
