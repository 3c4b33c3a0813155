package dev.lockstep.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.RetrievalScores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code metrics.jsonl} tells of a run, in order. The file is appended to by every session of
 * the run: a session that was killed may leave half a line, and the next one takes the steps since
 * the last checkpoint again. Of events for the same step the later one counts.
 *
 * @param unreadable lines that could not be read; half a line at the end of a session is one
 */
record RunMetrics(
    List<Stage> stages, List<Step> steps, List<Evaluation> evaluations, int unreadable) {

  private static final String LN_N = "ln N";

  /**
   * A stage that was started.
   *
   * @param steps at most; 0 where only time or its score ends it
   * @param chanceName what the loss of a model that knows nothing is called
   * @param trainedParameters by tower
   */
  record Stage(
      String name,
      String strategy,
      int index,
      long steps,
      int batchSize,
      String chanceName,
      Map<String, Double> trainedParameters) {

    /** After an end that came before its last step, or that had no last step. */
    Stage endedAfter(long taken) {
      return new Stage(name, strategy, index, taken, batchSize, chanceName, trainedParameters);
    }
  }

  /** A step; a number that the line does not hold is NaN. */
  record Step(
      String stage,
      long step,
      long examples,
      double seconds,
      double stepSeconds,
      double waitSeconds,
      double loss,
      double floor,
      double chance,
      Map<String, Double> learningRates,
      Map<String, Double> gradientNorms,
      double logitScale) {}

  /** An evaluation after a step. */
  record Evaluation(long step, boolean best, RetrievalScores scores) {}

  /**
   * @throws RunFailedException if the file exists and cannot be read
   */
  static RunMetrics read(Path file) {
    NavigableMap<Integer, Stage> stages = new TreeMap<>();
    NavigableMap<Long, Step> steps = new TreeMap<>();
    NavigableMap<Long, Evaluation> evaluations = new TreeMap<>();
    int unreadable = 0;
    if (Files.exists(file)) {
      // Not Files.newBufferedReader: half a character at the end must not fail the report.
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!line.isBlank() && !take(line, stages, steps, evaluations)) {
            unreadable++;
          }
        }
      } catch (IOException e) {
        throw new RunFailedException(
            file + " cannot be read: " + e.getMessage(), "check the disk, then try again", e);
      }
    }
    return new RunMetrics(
        List.copyOf(stages.values()),
        List.copyOf(steps.values()),
        List.copyOf(evaluations.values()),
        unreadable);
  }

  /** Whether the line could be read; an event of another kind is none of the report's business. */
  private static boolean take(
      String line,
      Map<Integer, Stage> stages,
      Map<Long, Step> steps,
      Map<Long, Evaluation> evaluations) {
    try {
      return JsonText.read(line, event -> take(event, stages, steps, evaluations));
    } catch (JsonParseException e) {
      return false;
    }
  }

  private static boolean take(
      JsonObject event,
      Map<Integer, Stage> stages,
      Map<Long, Step> steps,
      Map<Long, Evaluation> evaluations) {
    switch (event.get("event").getAsString()) {
      case "stage" -> {
        Stage stage = stage(event);
        stages.put(stage.index, stage);
      }
      case "stage-end" ->
          stages.computeIfPresent(
              event.get("index").getAsInt(),
              (index, stage) -> stage.endedAfter(event.get("stageStep").getAsLong()));
      case "step" -> {
        Step step = step(event);
        steps.put(step.step, step);
      }
      case "evaluation" -> {
        Evaluation evaluation =
            new Evaluation(
                event.get("step").getAsLong(),
                event.get("best").getAsBoolean(),
                RetrievalScores.fromJson(event.getAsJsonObject("scores")));
        evaluations.put(evaluation.step, evaluation);
      }
      default -> {}
    }
    return true;
  }

  private static Stage stage(JsonObject event) {
    return new Stage(
        event.get("stage").getAsString(),
        event.get("strategy").getAsString(),
        event.get("index").getAsInt(),
        event.get("steps").isJsonNull() ? 0 : event.get("steps").getAsLong(),
        event.get("batchSize").getAsInt(),
        event.has("chanceName") ? event.get("chanceName").getAsString() : LN_N,
        byTower(event, "trainedParameters"));
  }

  private static Step step(JsonObject event) {
    return new Step(
        event.get("stage").getAsString(),
        event.get("step").getAsLong(),
        event.get("examples").getAsLong(),
        number(event, "seconds"),
        number(event, "stepSeconds"),
        number(event, "waitSeconds"),
        number(event, "loss"),
        number(event, "floor"),
        number(event, event.has("chance") ? "chance" : "lnN"),
        byTower(event, "learningRate"),
        byTower(event, "gradientNorm"),
        number(event, "logitScale"));
  }

  private static Map<String, Double> byTower(JsonObject event, String name) {
    Map<String, Double> numbers = new TreeMap<>();
    if (event.get(name) instanceof JsonObject towers) {
      towers.keySet().forEach(tower -> numbers.put(tower, number(towers, tower)));
    }
    return numbers;
  }

  /** JSON has no NaN: writers put null, "NaN" or nothing for it. */
  private static double number(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? Double.NaN : value.getAsDouble();
  }

  /** The steps that were taken in a stage. */
  List<Step> stepsOf(Stage stage) {
    return steps.stream().filter(step -> step.stage.equals(stage.name)).toList();
  }

  /** The places in {@link #steps} at which a stage begins. */
  NavigableSet<Integer> stageStarts() {
    NavigableSet<Integer> starts = new TreeSet<>();
    for (int i = 0; i < steps.size(); i++) {
      if (i == 0 || !steps.get(i).stage().equals(steps.get(i - 1).stage())) {
        starts.add(i);
      }
    }
    return starts;
  }

  Optional<Step> lastStep() {
    return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
  }

  /** What the loss of a model that knows nothing is called, where all stages agree. */
  String chanceName() {
    List<String> names = stages.stream().map(Stage::chanceName).distinct().toList();
    return names.isEmpty() ? LN_N : names.size() == 1 ? names.get(0) : "chance";
  }

  /** The evaluation whose checkpoint was kept as the best. */
  Optional<Evaluation> best() {
    return evaluations.stream().filter(Evaluation::best).reduce((earlier, later) -> later);
  }

  Optional<Evaluation> lastEvaluation() {
    return evaluations.isEmpty()
        ? Optional.empty()
        : Optional.of(evaluations.get(evaluations.size() - 1));
  }
}
