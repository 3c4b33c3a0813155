package dev.lockstep.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.lockstep.data.WholeFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes {@code report.html} of a run folder: what came of the run, what was run, its curves,
 * scores and pictures, in one file that can be mailed. It can be made at any time, of a run that
 * goes on or was killed too.
 */
public final class RunReport {
  private RunReport() {}

  /**
   * Keeps the gallery in the run folder as {@code gallery.json} and writes the report.
   *
   * @return the report
   * @throws RunFailedException if a file cannot be written
   */
  public static Path write(Path runFolder, Gallery gallery) {
    requireFolder(runFolder);
    replace(runFolder.resolve("gallery.json"), gallery.toJson());
    return write(runFolder);
  }

  /**
   * Writes the report from what the run folder holds; what is missing is left out.
   *
   * @return the report
   * @throws InvalidInputException if there is no such folder
   * @throws RunFailedException if a file cannot be read or written
   */
  public static Path write(Path runFolder) {
    requireFolder(runFolder);
    return replace(runFolder.resolve("report.html"), page(runFolder));
  }

  private static String page(Path runFolder) {
    RunMetrics metrics = RunMetrics.read(runFolder.resolve("metrics.jsonl"));
    RunSigns signs = RunSigns.read(runFolder.resolve("metrics.jsonl"));
    String experiment = textOf(runFolder.resolve("experiment.conf"));
    String name = nameIn(experiment, runFolder);
    Outcome outcome = new Outcome(metrics);
    Path gallery = runFolder.resolve("gallery.json");
    Map<String, String> parts = new HashMap<>();
    parts.put("title", Html.escape(name));
    parts.put("name", Html.text(name));
    parts.put("findings", FindingsSection.of(signs));
    parts.put("outcome", outcome.sentence());
    parts.put("warnings", outcome.warnings() + LostShards.of(runFolder.resolve("metrics.jsonl")));
    parts.put("figures", outcome.figures());
    parts.put("stages", StagesTable.rows(metrics));
    parts.put("scores", ScoresSection.of(metrics));
    parts.put("pictures", Files.exists(gallery) ? GallerySection.of(Gallery.read(gallery)) : "");
    parts.put("experiment", Html.text(experiment));
    parts.put("provenance", Html.text(indented(textOf(runFolder.resolve("provenance.json")))));
    parts.put("data", Charts.of(metrics, signs).toString().replace("<", "\\u003c"));
    return Page.fill("report.html", parts);
  }

  private static void requireFolder(Path runFolder) {
    if (!Files.isDirectory(runFolder)) {
      throw new InvalidInputException(
          runFolder.toString(),
          "there is no such run folder",
          "give a folder under runs/ that an experiment has made");
    }
  }

  private static String nameIn(String experiment, Path runFolder) {
    String fallback = runFolder.toAbsolutePath().normalize().getFileName().toString();
    try {
      Config config = ConfigFactory.parseString(experiment);
      return config.hasPath("name") ? config.getString("name") : fallback;
    } catch (ConfigException e) {
      return fallback;
    }
  }

  /** Empty for a missing file: a report of a run that has just begun is a report all the same. */
  private static String textOf(Path file) {
    try {
      return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new RunFailedException(
          file + " cannot be read: " + e.getMessage(), "check the disk, then try again", e);
    }
  }

  private static String indented(String json) {
    try {
      return json.isBlank()
          ? ""
          : new GsonBuilder()
              .setPrettyPrinting()
              .disableHtmlEscaping()
              .create()
              .toJson(JsonParser.parseString(json));
    } catch (JsonParseException e) {
      return json;
    }
  }

  private static Path replace(Path file, String text) {
    try {
      WholeFile.write(file, text);
      return file;
    } catch (IOException e) {
      throw new RunFailedException(
          file + " cannot be written: " + e.getMessage(),
          "free some space and make the report again; the run itself is complete",
          e);
    }
  }
}
