package dev.lockstep.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.lockstep.evaluate.PairedBootstrap.Difference;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** A comparison for programs. */
final class ComparisonFigures {
  private ComparisonFigures() {}

  /** A row for each run; what is not known is empty. */
  static String csv(Comparison comparison) {
    List<Measure> measures = measures(comparison);
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      List<String> head = new ArrayList<>(List.of("experiment", "seed", "folder"));
      measures.forEach(measure -> head.add(measure.id()));
      csv.writeRecord(head);
      for (Contender contender : comparison.contenders()) {
        contender.runs().forEach(run -> csv.writeRecord(row(contender, run, measures)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static List<String> row(Contender contender, ComparedRun run, List<Measure> measures) {
    List<String> row =
        new ArrayList<>(List.of(contender.name(), run.seed(), run.folder().toString()));
    for (Measure measure : measures) {
      double value = measure.value().applyAsDouble(run);
      row.add(Double.isFinite(value) ? number(value).toPlainString() : "");
    }
    return row;
  }

  /**
   * {@code {"target", "warnings": [], "experiments": [{"name", "runs": [{"folder", "seed", ...}],
   * "mean": {...}, "deviation": {...}}], "differences": [{"first", "second", "measure",
   * "difference", "low", "high", "pValue", "real"}], "configuration": [{"key", "values": {NAME:
   * VALUE}}]}}; what is not known is null.
   */
  static String json(Comparison comparison) {
    JsonObject json = new JsonObject();
    comparison.target().ifPresent(target -> json.addProperty("target", target));
    JsonArray warnings = new JsonArray();
    comparison.warnings().forEach(warnings::add);
    json.add("warnings", warnings);
    JsonArray experiments = new JsonArray();
    comparison.contenders().forEach(c -> experiments.add(experiment(c, measures(comparison))));
    json.add("experiments", experiments);
    JsonArray differences = new JsonArray();
    comparison.differences().forEach(versus -> differences.add(difference(comparison, versus)));
    json.add("differences", differences);
    json.add("configuration", configuration(comparison));
    return new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create()
            .toJson(json)
        + "\n";
  }

  private static List<Measure> measures(Comparison comparison) {
    List<Measure> measures = new ArrayList<>(comparison.scores());
    measures.addAll(comparison.costs());
    return measures;
  }

  private static JsonObject experiment(Contender contender, List<Measure> measures) {
    JsonArray runs = new JsonArray();
    for (ComparedRun run : contender.runs()) {
      JsonObject object = new JsonObject();
      object.addProperty("folder", run.folder().toString());
      object.addProperty("seed", Long.valueOf(run.seed()));
      measures.forEach(m -> put(object, m.id(), m.value().applyAsDouble(run)));
      runs.add(object);
    }
    JsonObject mean = new JsonObject();
    JsonObject deviation = new JsonObject();
    for (Measure measure : measures) {
      Spread spread = contender.spread(measure.value());
      put(mean, measure.id(), spread.mean());
      put(deviation, measure.id(), spread.deviation());
    }
    JsonObject json = new JsonObject();
    json.addProperty("name", contender.name());
    json.add("runs", runs);
    json.add("mean", mean);
    json.add("deviation", deviation);
    return json;
  }

  private static JsonObject difference(Comparison comparison, Comparison.Versus versus) {
    Difference difference = versus.difference();
    JsonObject json = new JsonObject();
    json.addProperty("first", comparison.contenders().get(versus.first()).name());
    json.addProperty("second", comparison.contenders().get(versus.second()).name());
    json.addProperty("measure", "bestTextToImageRecallAt1");
    put(json, "difference", difference.difference());
    put(json, "low", difference.low());
    put(json, "high", difference.high());
    put(json, "pValue", difference.pValue());
    json.addProperty("real", difference.isReal());
    return json;
  }

  private static JsonArray configuration(Comparison comparison) {
    JsonArray rows = new JsonArray();
    for (ConfigDifferences.Row row : comparison.configuration().rows()) {
      JsonObject values = new JsonObject();
      for (int i = 0; i < row.values().size(); i++) {
        values.add(
            comparison.contenders().get(i).name(),
            row.values().get(i).<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE));
      }
      JsonObject json = new JsonObject();
      json.addProperty("key", row.key());
      json.add("values", values);
      rows.add(json);
    }
    return rows;
  }

  private static void put(JsonObject json, String name, double value) {
    json.add(name, Double.isFinite(value) ? new JsonPrimitive(number(value)) : JsonNull.INSTANCE);
  }

  /** Steps and bytes without a point; six digits after it are more than any score has. */
  private static BigDecimal number(double value) {
    BigDecimal exact = new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN);
    BigDecimal shortest = exact.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }
}
