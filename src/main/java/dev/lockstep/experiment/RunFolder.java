package dev.lockstep.experiment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.lockstep.data.FolderLock;
import dev.lockstep.data.WholeFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.train.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The folder {@code runs/NAME}: the resolved experiment and everything that came of it. While a run
 * works in it, a lock keeps a second one out.
 */
public final class RunFolder implements AutoCloseable {
  private final Path path;
  private final Optional<FolderLock> lock;
  private List<String> corrections = List.of();

  private RunFolder(Path path, Optional<FolderLock> lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens or creates the folder of an experiment for a run. Where a run ended before its first
   * checkpoint, a corrected file takes its place.
   *
   * @param runs the folder of all runs
   * @param fresh whether to remove what stands there
   * @throws InvalidInputException if it holds another experiment, or a run is at work in it
   */
  public static RunFolder open(Path runs, Experiment experiment, boolean fresh) {
    Path path = runs.resolve(experiment.name());
    try {
      Files.createDirectories(path);
      FolderLock lock =
          FolderLock.take(
              path,
              "another process is at work in this run",
              "wait for it, or give this run another name (name=...)");
      return open(path, lock, experiment, fresh);
    } catch (IOException e) {
      throw new RunFailedException(
          path + ": the run's folder cannot be used: " + e.getMessage(),
          "see its permissions and that the disk has room",
          e);
    }
  }

  private static RunFolder open(Path path, FolderLock lock, Experiment experiment, boolean fresh)
      throws IOException {
    try {
      if (fresh) {
        clear(path);
      }
      RunFolder folder = new RunFolder(path, Optional.of(lock));
      folder.keep(experiment);
      return folder;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * A folder that a run has made, to be read.
   *
   * @throws InvalidInputException if it is none
   */
  public static RunFolder existing(Path path) {
    if (!Files.isRegularFile(path.resolve("experiment.conf"))) {
      throw new InvalidInputException(
          path.toString(),
          Files.isDirectory(path) ? "is not the folder of a run" : "there is no such folder",
          "give a folder that 'lockstep run' has made, such as runs/quickstart");
    }
    return new RunFolder(path, Optional.empty());
  }

  /** What this start's file corrects of one that ended before anything was learned. */
  List<String> corrections() {
    return corrections;
  }

  public Path path() {
    return path;
  }

  public Path experimentFile() {
    return path.resolve("experiment.conf");
  }

  public Path provenance() {
    return path.resolve("provenance.json");
  }

  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  public Path tensorBoard() {
    return path.resolve("tensorboard");
  }

  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  public Path vocabulary() {
    return path.resolve("vocab.txt");
  }

  /** The rank of each test query; see {@link dev.lockstep.evaluate.RetrievalRanks}. */
  public Path ranks() {
    return path.resolve("ranks.json");
  }

  /** See {@link dev.lockstep.report.RunCosts}. */
  public Path costs() {
    return path.resolve("costs.json");
  }

  public Path report() {
    return path.resolve("report.html");
  }

  public Path model() {
    return path.resolve("model");
  }

  public Path log() {
    return path.resolve("log.txt");
  }

  /** How well images were classified, where the experiment asks for it. */
  public Path classification() {
    return path.resolve("classification.json");
  }

  /** How often the run has gone back. */
  Path rollBacks() {
    return path.resolve("roll-backs.txt");
  }

  /** Written last: with it, the run is finished. */
  public Path result() {
    return path.resolve("result.json");
  }

  /** Writes a file, so that it is whole or not there. */
  public static void write(Path file, String text) {
    try {
      WholeFile.write(file, text);
    } catch (IOException e) {
      throw new RunFailedException(
          file + ": cannot be written: " + e.getMessage(),
          "see its permissions and that the disk has room",
          e);
    }
  }

  /**
   * Notes where the run comes from; the vocabulary is kept, so that the run can be used without the
   * prepared data.
   *
   * @throws InvalidInputException if what was trained so far began with other data
   */
  public void record(Experiment experiment, ExperimentData data, List<String> arguments) {
    if (holdsTraining()) {
      data.checkSameAs(provenance());
    }
    write(vocabulary(), new String(data.training().vocabulary().toBytes(), UTF_8));
    Provenance.Builder builder =
        Provenance.builder().command(arguments).seed("experiment", experiment.seed());
    data.digests().forEach(builder::data);
    boolean goesOn = new Checkpoints(checkpoints(), 1).latest().isPresent();
    builder.pretrained(
        goesOn
            ? PretrainedOrigins.noted(provenance())
            : PretrainedOrigins.of(experiment.pretrained()));
    write(provenance(), builder.build().toJson());
  }

  private void keep(Experiment experiment) throws IOException {
    if (Files.exists(experimentFile())) {
      List<String> differences = new StoredExperiment(experimentFile()).differences(experiment);
      if (differences.isEmpty()) {
        return;
      }
      if (holdsTraining()) {
        throw another(path, differences);
      }
      forgetStart();
      corrections = differences;
    }
    write(experimentFile(), experiment.resolved());
  }

  private boolean holdsTraining() {
    return new Checkpoints(checkpoints(), 1).latest().isPresent()
        || Files.exists(result())
        || Files.exists(model());
  }

  /** What was noted of a start that came to nothing is not that of the next one. */
  private void forgetStart() throws IOException {
    for (Path noted : List.of(provenance(), metrics(), tensorBoard(), costs(), rollBacks())) {
      if (Files.exists(noted)) {
        MoreFiles.deleteRecursively(noted, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }

  private static void clear(Path path) throws IOException {
    List<Path> entries;
    try (var listed = Files.list(path)) {
      entries = listed.filter(p -> !p.getFileName().toString().equals(FolderLock.FILE)).toList();
    }
    for (Path entry : entries) {
      MoreFiles.deleteRecursively(entry, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static InvalidInputException another(Path path, List<String> differences) {
    String more = differences.size() > 5 ? "; and " + (differences.size() - 5) + " more" : "";
    return new InvalidInputException(
        path.toString(),
        "this folder holds another experiment: "
            + String.join("; ", differences.subList(0, Math.min(5, differences.size())))
            + more,
        "give this one another name (name=...), or start over with --fresh, which removes what"
            + " stands there");
  }

  @Override
  public void close() {
    lock.ifPresent(FolderLock::close);
  }
}
