package dev.lockstep.command;

import dev.lockstep.serve.ServedPath;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option of commands that keep the embeddings of images. */
final class IndexFolder {
  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "Where embeddings are kept (default: RUN/index, or MODEL-index).")
  private Path index;

  Path of(ServedPath served) {
    return Optional.ofNullable(index).orElse(served.index());
  }
}
