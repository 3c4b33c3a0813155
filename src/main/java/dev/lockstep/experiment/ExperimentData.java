package dev.lockstep.experiment;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.Preparation;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An experiment's data, prepared.
 *
 * @param test the pairs to evaluate on, with the training data's vocabulary
 */
public record ExperimentData(PreparedDataset training, Optional<PreparedDataset> test) {

  /**
   * Prepares what is not there yet.
   *
   * @param tell where a line about each CSV goes
   * @throws dev.lockstep.error.LockstepException if a CSV cannot be used or the data not written
   */
  public static ExperimentData prepare(Experiment experiment, Consumer<String> tell) {
    DataSpec data = experiment.data();
    requireFile(data.train(), "data.train");
    data.test().ifPresent(test -> requireFile(test, "data.test"));
    WordPieceTokenizer tokenizer = DatasetPreparer.tokenizer(data, experiment.tokenizer());
    PreparationProgress progress = new PreparationProgress(tell);
    Preparation training =
        progress.report(
            new DatasetPreparer(data.prepared(), data.training(), tokenizer)
                .prepare(data.train(), progress));
    Optional<PreparedDataset> test =
        data.test()
            .map(
                csv ->
                    progress
                        .report(
                            new DatasetPreparer(data.prepared(), data.evaluation(), tokenizer)
                                .prepare(csv, progress))
                        .dataset());
    return new ExperimentData(training.dataset(), test);
  }

  private static void requireFile(Path csv, String key) {
    if (!Files.isRegularFile(csv)) {
      throw new InvalidInputException(
          key + " = " + csv,
          "there is no such file",
          "give a CSV with the columns text,image_path");
    }
  }

  /** The digest of each split's manifest, by split. */
  Map<String, String> digests() {
    Map<String, String> digests = new TreeMap<>();
    digests.put("train", training.manifest().digest());
    test.ifPresent(t -> digests.put("test", t.manifest().digest()));
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
      JsonObject began =
          JsonParser.parseString(Files.readString(provenance))
              .getAsJsonObject()
              .getAsJsonObject("data");
      digests()
          .forEach(
              (split, digest) -> {
                if (began.has(split) && !began.get(split).getAsString().equals(digest)) {
                  throw new InvalidInputException(
                      provenance.getParent().toString(),
                      "this run began with another data." + split + " than there is now",
                      "restore the data, give this run another name (name=...), or start over with"
                          + " --fresh");
                }
              });
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw new InvalidInputException(
          provenance.toString(), "cannot be read: " + e.getMessage(), "start over with --fresh", e);
    }
  }
}
