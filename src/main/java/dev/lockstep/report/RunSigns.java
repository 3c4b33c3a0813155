package dev.lockstep.report;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.RunFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the doctor measured and found in a run, from {@code metrics.jsonl}. Of a finding that was
 * told several times in a stage the last counts.
 *
 * @param signals for each step that has any, its signals by name
 */
record RunSigns(Collection<Found> findings, NavigableMap<Long, Map<String, Double>> signals) {

  /** A finding, and when it was told. */
  record Found(
      String stage, long step, String id, String severity, String message, String advice) {}

  /**
   * @throws RunFailedException if the file exists and cannot be read
   */
  static RunSigns read(Path file) {
    Map<String, Found> findings = new LinkedHashMap<>();
    NavigableMap<Long, Map<String, Double>> signals = new TreeMap<>();
    if (Files.exists(file)) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          take(line, findings, signals);
        }
      } catch (IOException e) {
        throw new RunFailedException(
            file + " cannot be read: " + e.getMessage(), "check the disk, then try again", e);
      }
    }
    return new RunSigns(List.copyOf(findings.values()), signals);
  }

  /** A line that cannot be read is counted by {@link RunMetrics}. */
  private static void take(
      String line, Map<String, Found> findings, NavigableMap<Long, Map<String, Double>> signals) {
    try {
      JsonText.take(line, event -> take(event, findings, signals));
    } catch (JsonParseException e) {
      return;
    }
  }

  private static void take(
      JsonObject event,
      Map<String, Found> findings,
      NavigableMap<Long, Map<String, Double>> signals) {
    if (event.has("signals")) {
      Map<String, Double> byName = new TreeMap<>();
      event
          .getAsJsonObject("signals")
          .entrySet()
          .forEach(signal -> byName.put(signal.getKey(), signal.getValue().getAsDouble()));
      signals.put(event.get("step").getAsLong(), byName);
    } else if (event.get("event").getAsString().equals("finding")) {
      Found found =
          new Found(
              event.get("stage").getAsString(),
              event.get("step").getAsLong(),
              event.get("id").getAsString(),
              event.get("severity").getAsString(),
              event.get("message").getAsString(),
              event.get("advice").getAsString());
      findings.put(found.stage + "/" + found.id, found);
    }
  }

  /** The values of a signal over the steps that have any; not a number where it is absent. */
  double[] values(String name) {
    return signals.values().stream()
        .mapToDouble(byName -> byName.getOrDefault(name, Double.NaN))
        .toArray();
  }
}
