package dev.lockstep.command;

import dev.lockstep.experiment.Experiment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The arguments of commands that look at an experiment and do not run it. */
final class ExperimentArguments {
  @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "An experiment file.")
  private Path file;

  @Parameters(index = "1..*", paramLabel = "key=value", description = "Keys to set over the file.")
  private List<String> overrides = new ArrayList<>();

  Experiment read() {
    return Experiment.read(file, overrides, false);
  }
}
