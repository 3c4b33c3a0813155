package dev.lockstep.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a run costs besides time; {@code costs.json} in its folder.
 *
 * @param operationsPerPair by stage, the floating-point operations of a training step for each of
 *     its pairs: products and convolutions, forward and backward, of what the stage computes
 * @param textTokens the length of a text in that count
 * @param peakMemoryBytes the most memory that the process held at one time while it trained,
 *     evaluated and exported; nothing where the system does not tell
 */
public record RunCosts(
    Map<String, Double> operationsPerPair, long textTokens, OptionalLong peakMemoryBytes) {

  /** Costs of which nothing is known. */
  public static RunCosts unknown() {
    return new RunCosts(Map.of(), 0, OptionalLong.empty());
  }

  /** The same with the memory of one more session of the run. */
  public RunCosts withPeakMemory(OptionalLong bytes) {
    OptionalLong most =
        bytes.isPresent()
            ? OptionalLong.of(Math.max(bytes.getAsLong(), peakMemoryBytes.orElse(0)))
            : peakMemoryBytes;
    return new RunCosts(operationsPerPair, textTokens, most);
  }

  /** For {@code costs.json}. */
  public String toJson() {
    JsonObject operations = new JsonObject();
    operationsPerPair.forEach(operations::addProperty);
    JsonObject json = new JsonObject();
    json.add("operationsPerPair", operations);
    json.addProperty("textTokens", textTokens);
    peakMemoryBytes.ifPresent(bytes -> json.addProperty("peakMemoryBytes", bytes));
    return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
  }

  /**
   * What {@link #toJson} wrote; unknown costs where there is no file.
   *
   * @throws InvalidInputException if the file is something else
   */
  public static RunCosts read(Path file) {
    if (!Files.exists(file)) {
      return unknown();
    }
    try {
      return JsonText.read(Files.readString(file), RunCosts::of);
    } catch (IOException | JsonParseException e) {
      throw new InvalidInputException(
          file.toString(),
          "these are not costs that a run has written: " + e.getMessage(),
          "delete the file; its figures are then left out",
          e);
    }
  }

  private static RunCosts of(JsonObject json) {
    Map<String, Double> operations = new LinkedHashMap<>();
    json.getAsJsonObject("operationsPerPair")
        .entrySet()
        .forEach(entry -> operations.put(entry.getKey(), entry.getValue().getAsDouble()));
    return new RunCosts(
        operations,
        json.get("textTokens").getAsLong(),
        json.has("peakMemoryBytes")
            ? OptionalLong.of(json.get("peakMemoryBytes").getAsLong())
            : OptionalLong.empty());
  }
}
