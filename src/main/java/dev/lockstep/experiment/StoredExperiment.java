package dev.lockstep.experiment;

import dev.lockstep.config.FlatConfig;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The resolved experiment file that a run's folder keeps, to be set against the one of a start. */
final class StoredExperiment {
  /** Keys that may change between two starts of one run: they do not change what is learned. */
  private static final List<String> FREE =
      List.of(
          "device.",
          "checkpoint.",
          "evaluate.gallery",
          "evaluate.classify",
          "data.prepared",
          "doctor.",
          "seeds");

  private final Path file;

  StoredExperiment(Path file) {
    this.file = file;
  }

  /** For each key whose value matters and is another now, a line that says so. */
  List<String> differences(Experiment experiment) throws IOException {
    Map<String, String> before = FlatConfig.of(readAfresh(), file.toString());
    Map<String, String> now = FlatConfig.of(experiment.resolved(), experiment.name());
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String key : keys) {
      String was = before.getOrDefault(key, "not set");
      String is = now.getOrDefault(key, "not set");
      if (!was.equals(is) && FREE.stream().noneMatch(key::startsWith)) {
        differences.add(key + " was " + was + ", is " + is);
      }
    }
    return differences;
  }

  /** A key that did not exist when the folder was made stands at its default. */
  private String readAfresh() throws IOException {
    try {
      return Experiment.read(file, List.of(), false).resolved();
    } catch (InvalidInputException e) {
      // A key that is gone, or a checkpoint that was moved away since: the text itself must do.
      return Files.readString(file);
    }
  }
}
