package dev.lockstep.experiment;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.train.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run came to; {@code result.json} in its folder.
 *
 * @param checkpoint the name of the checkpoint that was scored and exported
 * @param scores on the test pairs, where there are some
 * @param exportDifference the largest difference between an embedding of the exported model and the
 *     trained model's own
 */
public record RunResult(
    long steps,
    long examples,
    double trainingSeconds,
    String checkpoint,
    Optional<RetrievalScores> scores,
    double exportDifference) {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  static RunResult of(
      TrainingState state,
      Path checkpoint,
      Optional<RetrievalScores> scores,
      double exportDifference) {
    return new RunResult(
        state.step(),
        state.examples(),
        state.seconds(),
        checkpoint.getFileName().toString(),
        scores,
        exportDifference);
  }

  /** For {@code result.json}. */
  public String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("steps", steps);
    json.addProperty("examples", examples);
    json.addProperty("trainingSeconds", trainingSeconds);
    json.addProperty("checkpoint", checkpoint);
    scores.ifPresent(s -> json.add("scores", s.toJson()));
    json.addProperty("exportDifference", exportDifference);
    return GSON.toJson(json) + "\n";
  }

  /** The result of a finished run; nothing where there is none, or it is damaged. */
  public static Optional<RunResult> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonText.read(Files.readString(file), RunResult::of));
    } catch (IOException | JsonParseException e) {
      return Optional.empty();
    }
  }

  private static RunResult of(JsonObject json) {
    return new RunResult(
        json.get("steps").getAsLong(),
        json.get("examples").getAsLong(),
        json.get("trainingSeconds").getAsDouble(),
        json.get("checkpoint").getAsString(),
        Optional.ofNullable(json.getAsJsonObject("scores")).map(RetrievalScores::fromJson),
        json.get("exportDifference").getAsDouble());
  }

  /** For a person: a line of figures, then the scores. */
  public String summary() {
    String line =
        "%,d steps, %,d pairs in %.0f s of training (%,.0f pairs/s); scored: %s%n"
            .formatted(steps, examples, trainingSeconds, examples / trainingSeconds, checkpoint);
    return line + scores.map(RetrievalScores::toTable).orElse("no test pairs were given");
  }
}
