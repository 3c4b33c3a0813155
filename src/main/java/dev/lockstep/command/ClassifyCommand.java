package dev.lockstep.command;

import dev.lockstep.data.FolderPairs;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourceSpec;
import dev.lockstep.evaluate.ClassificationScores;
import dev.lockstep.evaluate.ZeroShotClassifier.Guess;
import dev.lockstep.experiment.Classification;
import dev.lockstep.export.ExportedModel;
import dev.lockstep.export.ModelVersions;
import dev.lockstep.serve.ServedPath;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "classify",
    description = {
      "Says which of some labels images have, without training on them.",
      "Scores are told where the images' own labels are known: by a CSV's column text, or by the"
          + " folder that an image lies in."
    },
    mixinStandardHelpOptions = true)
final class ClassifyCommand implements Callable<Integer> {
  @Mixin private ServedModel model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|FILE.csv",
      description = "A folder of images, or a CSV with the columns text,image_path.")
  private Path images;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "One label a line (default: those that the images have).")
  private Path labels;

  @Option(
      names = "--templates",
      paramLabel = "FILE",
      description = "One sentence a line, with {} for the label (default: eight usual ones).")
  private Path templates;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the scores there.")
  private Path json;

  @Override
  public Integer call() {
    OutputFiles.check(json);
    ServedPath served = model.open();
    PairSource pairs =
        Files.isDirectory(images)
            ? FolderPairs.of(images)
            : SourceSpec.USUAL.source(List.of(images));
    Path folder =
        ModelVersions.latest(served.models())
            .map(ModelVersions.Version::folder)
            .orElse(served.models());
    Optional<ClassificationScores> scores;
    try (ExportedModel exported =
        ExportedModel.load(folder, Device.open(served.device()).sessionConfig())) {
      scores =
          new Classification(exported)
              .score(
                  pairs,
                  Optional.ofNullable(labels),
                  Optional.ofNullable(templates),
                  ClassifyCommand::print);
    }
    scores.ifPresent(s -> System.err.print(s.toTable()));
    if (json != null && scores.isPresent()) {
      OutputFiles.write(json, scores.get().toJson());
    }
    return 0;
  }

  private static void print(String image, List<Guess> guesses) {
    String told =
        guesses.stream()
            .map(g -> String.format(Locale.ROOT, "%s %.3f", g.label(), g.similarity()))
            .collect(Collectors.joining("\t"));
    System.out.println(image + "\t" + (told.isEmpty() ? "does not decode" : told));
  }
}
