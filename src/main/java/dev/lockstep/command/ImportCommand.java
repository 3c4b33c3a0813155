package dev.lockstep.command;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.ImportTable;
import dev.lockstep.pretrained.ImportedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = {
      "Brings a public checkpoint into Lockstep's own form, and lists what matched and what did"
          + " not.",
      "The folder that it writes is a MODEL for other commands; its model.conf can be included in"
          + " an experiment, which then begins with these weights."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "CHECKPOINT",
      description = {
        "A folder with weights and config.json, or a file of weights: safetensors (also an index of"
            + " shards), PyTorch's .bin and .pt, TensorFlow's bert_model.ckpt."
      })
  private Path checkpoint;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder to write (default: imported/ and the checkpoint's name).")
  private Path out;

  @Option(
      names = "--allow-missing",
      split = ",",
      paramLabel = "NAME",
      description = "Variables, or the beginnings of their names, that may be missing.")
  private List<String> allowMissing = List.of();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table there, a row for each variable.")
  private Path json;

  @Override
  public Integer call() {
    Path folder = out != null ? out : Path.of("imported").resolve(name());
    if (Files.isDirectory(checkpoint)
        && folder.toAbsolutePath().equals(checkpoint.toAbsolutePath())) {
      throw new InvalidInputException(
          "--out " + folder, "it is the checkpoint's own folder", "name another");
    }
    ImportTable table;
    try (Checkpoint opened = Checkpoint.open(checkpoint)) {
      table = ImportedModel.write(opened, allowMissing, folder);
    }
    table.lines().forEach(System.out::println);
    System.out.println("written: " + folder);
    if (json != null) {
      OutputFiles.write(json, table.toJson());
    }
    return 0;
  }

  private String name() {
    return checkpoint
        .toAbsolutePath()
        .normalize()
        .getFileName()
        .toString()
        .replaceFirst("(?<=.)\\.[^.]*$", "");
  }
}
