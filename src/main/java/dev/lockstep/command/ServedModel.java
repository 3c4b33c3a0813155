package dev.lockstep.command;

import dev.lockstep.serve.ServedPath;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The argument of commands that answer with a model as it is served. */
final class ServedModel {
  @Parameters(
      index = "0",
      paramLabel = "RUN|MODEL",
      description = "A run's folder, or one that 'lockstep export' has written.")
  private Path path;

  ServedPath open() {
    return ServedPath.of(path);
  }
}
