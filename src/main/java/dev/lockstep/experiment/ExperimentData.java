package dev.lockstep.experiment;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.DatasetSpec;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.Split;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An experiment's data, prepared.
 *
 * @param training one dataset, or several mixed
 * @param validation pairs to evaluate on while it trains, where they are kept apart
 * @param test the pairs to evaluate on, with the training data's vocabulary
 */
public record ExperimentData(
    PreparedDataset training,
    Optional<PreparedDataset> validation,
    Optional<PreparedDataset> test) {

  /**
   * Prepares what is not there yet.
   *
   * @param tell where a line about each dataset goes
   * @throws dev.lockstep.error.LockstepException if a source cannot be used or the data not written
   */
  public static ExperimentData prepare(Experiment experiment, Consumer<String> tell) {
    DataSpec data = experiment.data();
    for (DatasetSpec train : data.train()) {
      requireFile(train, "data.train");
    }
    data.test().ifPresent(test -> requireFile(test, "data.test"));
    WordPieceTokenizer tokenizer = DatasetPreparer.tokenizer(data, experiment.tokenizer());
    PreparationProgress progress = new PreparationProgress(tell);
    DatasetPreparer preparer = new DatasetPreparer(data.prepared(), data.training(), tokenizer);
    List<PreparedDataset> whole = new ArrayList<>();
    for (DatasetSpec train : data.train()) {
      whole.add(progress.report(preparer.prepare(train, progress)).dataset());
    }
    List<PreparedDataset> training = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      training.add(whole.get(i).part(Split.TRAIN).withWeight(data.train().get(i).weight()));
    }
    Optional<PreparedDataset> test =
        data.test()
            .map(
                pairs ->
                    progress
                        .report(
                            new DatasetPreparer(data.prepared(), data.evaluation(), tokenizer)
                                .prepare(pairs, progress))
                        .dataset())
            .or(() -> part(whole, Split.TEST));
    return new ExperimentData(
        training.get(0).mixedWith(training.subList(1, training.size())),
        part(whole, Split.VALIDATION),
        test);
  }

  /** What all datasets keep apart for one purpose. */
  private static Optional<PreparedDataset> part(List<PreparedDataset> whole, Split split) {
    List<PreparedDataset> parts =
        whole.stream().filter(dataset -> dataset.has(split)).map(d -> d.part(split)).toList();
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(parts.get(0).mixedWith(parts.subList(1, parts.size())));
  }

  /** What is scored while it trains, and decides the best checkpoint. */
  Optional<PreparedDataset> watched() {
    return validation.or(() -> test);
  }

  /** What the finished model is scored on. */
  Optional<PreparedDataset> scored() {
    return test.or(() -> validation);
  }

  private static void requireFile(DatasetSpec dataset, String key) {
    for (Path file : dataset.files()) {
      boolean pattern = file.toString().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
      if (!Files.exists(file) && !pattern) {
        throw new InvalidInputException(
            key + " = " + file,
            "there is no such file",
            "give a CSV with the columns text,image_path, or another source (docs/data.md)");
      }
    }
  }

  /** The digest of each split's manifest, by split. */
  Map<String, String> digests() {
    Map<String, String> digests = new TreeMap<>();
    digests.put("train", training.digest());
    validation.ifPresent(v -> digests.put("validation", v.digest()));
    test.ifPresent(t -> digests.put("test", t.digest()));
    return digests;
  }

  /**
   * Refuses to go on with other data than a run began with.
   *
   * @param provenance of the run; nothing is checked where there is none yet
   */
  void checkSameAs(Path provenance) {
    if (!Files.exists(provenance)) {
      return;
    }
    try {
      JsonText.take(
          Files.readString(provenance),
          json -> checkSameAs(json.getAsJsonObject("data"), provenance.getParent()));
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          provenance.toString(), "cannot be read: " + e.getMessage(), "start over with --fresh", e);
    }
  }

  private void checkSameAs(JsonObject began, Path run) {
    digests()
        .forEach(
            (split, digest) -> {
              if (began.has(split) && !began.get(split).getAsString().equals(digest)) {
                throw new InvalidInputException(
                    run.toString(),
                    "this run began with another data." + split + " than there is now",
                    "restore the data, give this run another name (name=...), or start over with"
                        + " --fresh");
              }
            });
  }
}
