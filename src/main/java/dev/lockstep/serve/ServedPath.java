package dev.lockstep.serve;

import dev.lockstep.config.Block;
import dev.lockstep.data.DatasetSpec;
import dev.lockstep.data.PairSource;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.Experiment;
import dev.lockstep.experiment.FinishedRun;
import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.tensorflow.DeviceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the folder that is to be served is: a run, whose own images can be searched, or an exported
 * model.
 *
 * @param models a model, or a folder of versions
 * @param images of the run's data
 * @param index where embeddings are kept by default
 */
public record ServedPath(
    String name, Path models, List<ImageSource> images, Path index, DeviceSpec device) {

  /**
   * @throws InvalidInputException if the folder is neither
   */
  public static ServedPath of(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    String name = absolute.getFileName() == null ? "model" : absolute.getFileName().toString();
    if (!Files.isRegularFile(absolute.resolve("experiment.conf"))) {
      return new ServedPath(
          name,
          absolute,
          List.of(),
          absolute.resolveSibling(name + "-index"),
          DeviceSpec.from(Block.parse("")));
    }
    FinishedRun run = FinishedRun.open(absolute);
    if (!Files.isDirectory(run.folder().model())) {
      throw new InvalidInputException(
          path.toString(),
          "this run is not finished, so it has no model yet",
          "finish it with the command that began it; or serve what it has so far: lockstep export "
              + path
              + " --out DIR, then lockstep serve DIR");
    }
    return new ServedPath(
        name,
        run.folder().model(),
        images(run.experiment()),
        absolute.resolve("index"),
        run.experiment().device());
  }

  /** Data that has been moved away since can be searched no more; the model can be served. */
  private static List<ImageSource> images(Experiment experiment) {
    List<ImageSource> sources = new ArrayList<>();
    List<DatasetSpec> datasets = new ArrayList<>(experiment.data().train());
    experiment.data().test().ifPresent(datasets::add);
    for (DatasetSpec dataset : datasets) {
      if (!dataset.isPrepared() && dataset.files().stream().allMatch(Files::isRegularFile)) {
        PairSource pairs = dataset.pairs();
        if (pairs.namesImageFiles()) {
          sources.add(ImageSource.of(pairs));
        }
      }
    }
    return sources;
  }
}
