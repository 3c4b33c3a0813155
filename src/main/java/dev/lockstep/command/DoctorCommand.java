package dev.lockstep.command;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.ExperimentDoctor;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.train.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "doctor",
    description = {
      "Examines an experiment before it runs, in about a minute: the data, the graph, one batch"
          + " alone, the learning rates, the first steps, the speed.",
      "Ends with what is wrong and what to change; the status is 0 whatever it finds."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "An experiment file.")
  private Path file;

  @Parameters(index = "1..*", paramLabel = "key=value", description = "Keys to set over the file.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the findings to this file; a clean bill is an empty list.")
  private Path json;

  @Override
  public Integer call() {
    Experiment experiment = Experiment.read(file, overrides, false);
    if (json != null) {
      Path folder = json.toAbsolutePath().getParent();
      if (!Files.isDirectory(folder) || Files.isDirectory(json)) {
        throw new InvalidInputException(
            "--json " + json, "is not a file in a folder that there is", "give another path");
      }
    }
    List<Finding> findings =
        new ExperimentDoctor(experiment, System.out, System.err::println).examine();
    if (json != null) {
      RunFolder.write(json, ExperimentDoctor.toJson(findings));
    }
    return 0;
  }
}
