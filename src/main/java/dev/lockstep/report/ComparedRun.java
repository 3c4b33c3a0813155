package dev.lockstep.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.FlatConfig;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.RetrievalRanks;
import dev.lockstep.report.RunMetrics.Evaluation;
import dev.lockstep.report.RunMetrics.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A finished run as a comparison sees it, from the files of its folder.
 *
 * @param config the resolved experiment by key
 * @param provenance by what it tells ({@code data.train}, {@code code.commit}, ...) its values
 * @param places by step, how far the run had come
 */
public record ComparedRun(
    Path folder,
    SortedMap<String, String> config,
    RunMetrics metrics,
    RunCosts costs,
    Optional<RetrievalRanks> ranks,
    Optional<Gallery> gallery,
    Map<String, String> provenance,
    NavigableMap<Long, Place> places) {

  /**
   * How far a run had come after a step.
   *
   * @param examples pairs seen
   * @param seconds of training, evaluations not counted
   * @param operations floating-point operations; NaN where they are not known
   */
  record Place(long step, long examples, double seconds, double operations) {}

  /**
   * Reads a run folder.
   *
   * @throws InvalidInputException if it is no run's, or the run has no metrics or has not finished
   */
  public static ComparedRun read(Path folder) {
    Path experiment = folder.resolve("experiment.conf");
    if (!Files.isRegularFile(experiment)) {
      throw new InvalidInputException(
          folder.toString(),
          Files.isDirectory(folder) ? "is not the folder of a run" : "there is no such folder",
          "give experiment files, or folders that 'lockstep run' has made");
    }
    RunMetrics metrics = RunMetrics.read(folder.resolve("metrics.jsonl"));
    if (metrics.steps().isEmpty()) {
      throw new InvalidInputException(
          folder.resolve("metrics.jsonl").toString(),
          "there is no step of a training in it",
          "run it first: lockstep run " + experiment);
    }
    if (!Files.isRegularFile(folder.resolve("result.json"))) {
      throw new InvalidInputException(
          folder.toString(),
          "this run has not finished: its last step is " + metrics.lastStep().get().step(),
          "let it go on: lockstep run "
              + experiment
              + " --runs "
              + folder.toAbsolutePath().normalize().getParent());
    }
    Path ranks = folder.resolve("ranks.json");
    Path gallery = folder.resolve("gallery.json");
    RunCosts costs = RunCosts.read(folder.resolve("costs.json"));
    return new ComparedRun(
        folder,
        FlatConfig.of(text(experiment), experiment.toString()),
        metrics,
        costs,
        Files.exists(ranks) ? Optional.of(RetrievalRanks.read(ranks)) : Optional.empty(),
        Files.exists(gallery) ? Optional.of(Gallery.read(gallery)) : Optional.empty(),
        provenance(folder.resolve("provenance.json")),
        places(metrics.steps(), costs));
  }

  private static NavigableMap<Long, Place> places(List<Step> steps, RunCosts costs) {
    NavigableMap<Long, Place> places = new TreeMap<>();
    long examples = 0;
    double operations = 0;
    for (Step step : steps) {
      double each = costs.operationsPerPair().getOrDefault(step.stage(), Double.NaN);
      operations += (step.examples() - examples) * each;
      examples = step.examples();
      places.put(step.step(), new Place(step.step(), examples, step.seconds(), operations));
    }
    return places;
  }

  private static Map<String, String> provenance(Path file) {
    Map<String, String> told = new TreeMap<>();
    if (Files.exists(file)) {
      try {
        JsonObject json = JsonText.object(text(file));
        for (String part : List.of("data", "code", "machine")) {
          if (json.get(part) instanceof JsonObject object) {
            object.entrySet().forEach(e -> told.put(part + "." + e.getKey(), plain(e.getValue())));
          }
        }
      } catch (JsonParseException e) {
        throw new InvalidInputException(
            file.toString(),
            "this is not what a run has written: " + e.getMessage(),
            "delete the file; what it told is then left out",
            e);
      }
    }
    return told;
  }

  private static String plain(JsonElement value) {
    return value.isJsonPrimitive() ? value.getAsString() : value.toString();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e.getMessage(), "see its permissions", e);
    }
  }

  /** As in the experiment file, or the folder's name. */
  String name() {
    String name = config.getOrDefault("name", folder.getFileName().toString());
    return name.replace("\"", "") + ("true".equals(config.get("smoke")) ? "-smoke" : "");
  }

  String seed() {
    return config.getOrDefault("seed", "0");
  }

  /** How far the run had come at the end. */
  Place end() {
    return places.lastEntry().getValue();
  }

  /** How far the run had come at an evaluation. */
  Place at(Evaluation evaluation) {
    Map.Entry<Long, Place> place = places.floorEntry(evaluation.step());
    return place == null ? new Place(0, 0, 0, 0) : place.getValue();
  }

  /** The evaluation whose checkpoint was scored and exported. */
  Optional<Evaluation> best() {
    return metrics.best().or(metrics::lastEvaluation);
  }

  /** How far the run had come when an evaluation first showed this recall of text to image. */
  Optional<Place> reached(double recallAtOne) {
    return metrics.evaluations().stream()
        .filter(
            e ->
                e.scores().textToImage().recallAt().getOrDefault(1, Double.NaN)
                    >= recallAtOne - 1e-9)
        .findFirst()
        .map(this::at);
  }
}
