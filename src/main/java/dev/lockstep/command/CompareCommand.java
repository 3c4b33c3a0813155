package dev.lockstep.command;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.ComparisonRuns;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.report.ComparedRun;
import dev.lockstep.report.Comparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    description = {
      "Sets experiments against each other: a table, and one HTML page with curves, scores, costs"
          + " and what differs between the files.",
      "Experiments that have not run yet are run first; called again, it goes on where it stopped."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "EXPERIMENT|RUN",
      description =
          "Experiment files, or folders of finished runs; key=value is laid over all experiment"
              + " files, as in seeds=3.")
  private List<String> sources;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.html",
      description = "Where to write the page.")
  private Path out;

  @Option(names = "--csv", paramLabel = "FILE", description = "Also write a row for each run.")
  private Path csv;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write all figures there, for programs.")
  private Path json;

  @Option(
      names = "--target",
      paramLabel = "RECALL",
      description =
          "The R@1 of text to image, 0 to 1, whose cost is told (default: the highest round one"
              + " that all reached).")
  private Double target;

  @Option(names = "--smoke", description = "Compare the short forms of the experiments.")
  private boolean smoke;

  @Mixin private RunsFolder runs;

  @Override
  public Integer call() {
    checkOptions();
    List<Path> paths = new ArrayList<>();
    List<String> overrides = new ArrayList<>();
    for (String source : sources) {
      if (source.contains("=") && !Files.exists(Path.of(source))) {
        overrides.add(source);
      } else {
        paths.add(Path.of(source));
      }
    }
    if (paths.isEmpty()) {
      throw new InvalidInputException(
          "compare", "no experiment and no run is named", "name two or more");
    }
    ComparisonRuns all = new ComparisonRuns(runs.path(), System.err);
    Optional<List<ComparedRun>> complete = all.complete(paths, overrides, smoke);
    if (complete.isEmpty()) {
      return LockstepCommand.INTERRUPTED;
    }
    OptionalDouble recall = target == null ? OptionalDouble.empty() : OptionalDouble.of(target);
    Comparison comparison = new Comparison(complete.get(), recall, all.failures());
    comparison.warnings().forEach(warning -> System.err.println("warning: " + warning));
    RunFolder.write(out, comparison.toHtml());
    if (csv != null) {
      RunFolder.write(csv, comparison.toCsv());
    }
    if (json != null) {
      RunFolder.write(json, comparison.toJson());
    }
    System.out.print(comparison.toTable());
    System.out.println("page: " + out);
    return all.failures().isEmpty() ? 0 : 1;
  }

  /** What can be found wrong in a moment is not found after an hour of training. */
  private void checkOptions() {
    if (target != null && !(target > 0 && target <= 1)) {
      throw new InvalidInputException(
          "--target " + target, "this is no recall", "give one above 0, at most 1, as in 0.4");
    }
    OutputFiles.check(out, csv, json);
  }
}
