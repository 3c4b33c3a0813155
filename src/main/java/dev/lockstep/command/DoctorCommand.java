package dev.lockstep.command;

import dev.lockstep.experiment.ExperimentDoctor;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.train.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Examines an experiment before it runs, in about a minute: the data, the graph, one batch"
          + " alone, the learning rates, the first steps, the speed.",
      "Ends with what is wrong and what to change; the status is 0 whatever it finds."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin private ExperimentArguments given;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the findings to this file; a clean bill is an empty list.")
  private Path json;

  @Override
  public Integer call() {
    OutputFiles.check(json);
    List<Finding> findings =
        new ExperimentDoctor(given.read(), System.out, System.err::println).examine();
    if (json != null) {
      RunFolder.write(json, ExperimentDoctor.toJson(findings));
    }
    return 0;
  }
}
