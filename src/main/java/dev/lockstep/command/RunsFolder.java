package dev.lockstep.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of commands that run experiments. */
final class RunsFolder {
  @Option(
      names = "--runs",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "The folder of all runs (default: ${DEFAULT-VALUE}).")
  private Path runs;

  Path path() {
    return runs;
  }
}
