package dev.lockstep.experiment;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.report.ComparedRun;
import dev.lockstep.train.Trainer.Outcome;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Brings together the runs of a comparison: takes those that are finished, makes the others. */
public final class ComparisonRuns {
  /**
   * A run of the comparison.
   *
   * @param experiment what to run; nothing for a run that was named by its folder
   */
  private record Planned(Path folder, Optional<Experiment> experiment) {}

  private final List<String> failures = new ArrayList<>();
  private final Path runs;
  private final PrintStream err;

  /**
   * @param runs the folder of all runs
   * @param err where the runs tell how they go
   */
  public ComparisonRuns(Path runs, PrintStream err) {
    this.runs = runs;
    this.err = err;
  }

  /**
   * Makes what is missing, one run after the other. All sources are read before the first run
   * starts; a run that fails is told and left out, and the others go on.
   *
   * @param sources experiment files and folders of finished runs
   * @param overrides {@code key=value}, laid over each experiment file
   * @return nothing if the user asked to stop; the same call goes on from there
   * @throws InvalidInputException if a source is neither, is wrong, or stands there twice
   * @throws RunFailedException if so many failed that fewer than two are left
   */
  public Optional<List<ComparedRun>> complete(
      List<Path> sources, List<String> overrides, boolean smoke) {
    List<Planned> all = plan(sources, overrides, smoke);
    List<String> arguments = new ArrayList<>(List.of("compare"));
    sources.forEach(source -> arguments.add(source.toString()));
    arguments.addAll(overrides);
    List<ComparedRun> finished = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Planned planned = all.get(i);
      if (planned.experiment().isPresent()) {
        Experiment experiment = planned.experiment().get();
        err.println("run %d of %d: %s".formatted(i + 1, all.size(), experiment.name()));
        try {
          Outcome outcome = new ExperimentRunner(experiment, runs, arguments, err, err).run(false);
          if (outcome == Outcome.INTERRUPTED) {
            return Optional.empty();
          }
        } catch (RunFailedException e) {
          err.println("lockstep: " + e.getMessage());
          failures.add(experiment.name() + " failed and is left out: " + firstLine(e));
          continue;
        }
      }
      finished.add(ComparedRun.read(planned.folder()));
    }
    if (finished.size() < 2) {
      throw new RunFailedException(
          "%d of %d runs failed, so there is nothing to compare"
              .formatted(failures.size(), all.size()),
          "each said above what to do");
    }
    return Optional.of(finished);
  }

  /** A sentence for each run that failed. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  private List<Planned> plan(List<Path> sources, List<String> overrides, boolean smoke) {
    List<Planned> all = new ArrayList<>();
    Set<Path> folders = new HashSet<>();
    for (Path source : sources) {
      for (Planned planned : plan(source, overrides, smoke)) {
        if (!folders.add(planned.folder().toAbsolutePath().normalize())) {
          throw new InvalidInputException(
              source.toString(),
              "another one has the run folder " + planned.folder() + " too",
              "name each run once, and give each experiment a name of its own");
        }
        all.add(planned);
      }
    }
    if (all.size() < 2) {
      throw new InvalidInputException(
          sources.get(0).toString(),
          "there is one run, and nothing to compare it with",
          "name two or more, or set seeds=3 to see how one experiment scatters");
    }
    return all;
  }

  private List<Planned> plan(Path source, List<String> overrides, boolean smoke) {
    if (Files.isDirectory(source)) {
      // Read once already: that it has not finished must not come out after hours of the others.
      return List.of(new Planned(ComparedRun.read(source).folder(), Optional.empty()));
    }
    return Experiment.readRuns(source, overrides, smoke).stream()
        .map(e -> new Planned(runs.resolve(e.name()), Optional.of(e)))
        .toList();
  }

  private static String firstLine(RunFailedException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }
}
