package dev.lockstep.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a metrics file holds already, so that nothing is written twice.
 *
 * @param lastStage the index of the last stage that stands there, -1 for none
 * @param evaluatedStage the stage of the last evaluation, empty for none
 * @param evaluatedStep the step of the last evaluation
 */
record MetricsHistory(int lastStage, String evaluatedStage, long evaluatedStep) {
  private static final MetricsHistory NONE = new MetricsHistory(-1, "", -1);

  MetricsHistory withStage(int index) {
    return new MetricsHistory(index, evaluatedStage, evaluatedStep);
  }

  MetricsHistory withEvaluation(String stage, long step) {
    return new MetricsHistory(lastStage, stage, step);
  }

  boolean hasEvaluation(String stage, long step) {
    return evaluatedStage.equals(stage) && evaluatedStep == step;
  }

  /**
   * Shortens a file to its whole lines before the first that is of a later step than {@code
   * lastStep}; lines stand in the order of time, so nothing that counts comes after it.
   */
  static MetricsHistory cut(Path file, long lastStep) throws IOException {
    if (!Files.exists(file)) {
      return NONE;
    }
    MetricsHistory history = NONE;
    long kept = 0;
    if (lastStep > 0) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        int number = 1;
        for (byte[] line = readLine(in); line != null; line = readLine(in)) {
          Optional<MetricsHistory> next = history.after(line, lastStep, file + ":" + number++);
          if (next.isEmpty()) {
            break;
          }
          history = next.get();
          kept += line.length + 1;
        }
      }
    }
    if (Files.size(file) > kept) {
      try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
        whole.setLength(kept);
      }
    }
    return history;
  }

  /** With what a line tells; nothing where it is of a later step than {@code lastStep}. */
  private Optional<MetricsHistory> after(byte[] line, long lastStep, String where) {
    try {
      return JsonText.read(
          new String(line, StandardCharsets.UTF_8),
          json ->
              Optional.of(with(json))
                  .filter(h -> !json.has("step") || json.get("step").getAsLong() <= lastStep));
    } catch (JsonParseException e) {
      throw new InvalidInputException(
          where,
          "this line is not one that a training wrote: " + e.getMessage(),
          "delete the line, or move the file away to start a new one",
          e);
    }
  }

  private MetricsHistory with(JsonObject json) {
    return switch (json.get("event").getAsString()) {
      case "stage" -> withStage(json.get("index").getAsInt());
      case "evaluation" ->
          withEvaluation(json.get("stage").getAsString(), json.get("step").getAsLong());
      default -> this;
    };
  }

  /** The next line without its end; nothing at the end of the file or where the end is missing. */
  private static byte[] readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toByteArray();
      }
      line.write(b);
    }
    return null;
  }
}
