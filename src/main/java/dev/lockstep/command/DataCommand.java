package dev.lockstep.command;

import dev.lockstep.data.DatasetCheck;
import dev.lockstep.data.DatasetRewriter;
import dev.lockstep.data.DatasetSummary;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.experiment.RunFolder;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "data",
    description = "Looks into prepared data, checks it, and makes other data of it.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
final class DataCommand {
  private static final String FOLDER = "A folder of prepared data.";

  @Command(
      name = "verify",
      description = "Reads every file and record, and names what is missing or was changed.",
      mixinStandardHelpOptions = true)
  int verify(@Parameters(paramLabel = "DIR", description = FOLDER) Path folder) {
    List<String> problems = DatasetCheck.of(folder);
    problems.forEach(System.out::println);
    if (problems.isEmpty()) {
      PreparedDataset dataset = PreparedDataset.open(folder);
      System.out.printf(
          "%s is whole: %,d records in %d shards%n",
          folder, dataset.records(), dataset.shards().size());
    }
    return problems.isEmpty() ? 0 : 1;
  }

  @Command(
      name = "show",
      description =
          "Captions' lengths, images' sizes, repeated captions, and the least loss at several batch"
              + " sizes.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "DIR", description = FOLDER) Path folder,
      @Option(
              names = "--sheet",
              paramLabel = "FILE.html",
              description = "Also write a page of pictures there.")
          Path sheet,
      @Option(
              names = "--pictures",
              paramLabel = "N",
              defaultValue = "120",
              description = "How many the page has (default: ${DEFAULT-VALUE}).")
          int pictures,
      @Option(names = "--json", paramLabel = "FILE", description = "Also write the numbers there.")
          Path json) {
    OutputFiles.check(sheet, json);
    DatasetSummary summary = new DatasetSummary(PreparedDataset.open(folder));
    System.out.print(summary.toText());
    if (sheet != null) {
      RunFolder.write(sheet, summary.sheet(pictures));
    }
    if (json != null) {
      OutputFiles.write(json, summary.toJson());
    }
    return 0;
  }

  @Command(
      name = "merge",
      description = "All pairs of some folders in one, which were prepared with the same options.",
      mixinStandardHelpOptions = true)
  int merge(
      @Parameters(arity = "2..*", paramLabel = "DIR", description = "Folders of prepared data.")
          List<Path> folders,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "DIR",
              description = "The folder to write.")
          Path out) {
    tell(DatasetRewriter.merge(folders.stream().map(PreparedDataset::open).toList(), out));
    return 0;
  }

  @Command(
      name = "sample",
      description = "Some pairs of a folder, drawn evenly.",
      mixinStandardHelpOptions = true)
  int sample(
      @Parameters(paramLabel = "DIR", description = FOLDER) Path folder,
      @Option(names = "--pairs", required = true, paramLabel = "N", description = "How many.")
          int pairs,
      @Option(
              names = "--seed",
              paramLabel = "N",
              defaultValue = "0",
              description = "Of the choice (default: ${DEFAULT-VALUE}).")
          long seed,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "DIR",
              description = "The folder to write.")
          Path out) {
    tell(DatasetRewriter.sample(PreparedDataset.open(folder), pairs, seed, out));
    return 0;
  }

  private static void tell(PreparedDataset dataset) {
    System.out.printf(
        "%s: %,d records in %d shards%n",
        dataset.folder(), dataset.records(), dataset.shards().size());
  }
}
