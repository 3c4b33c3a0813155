package dev.lockstep.report;

import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What a run's report says of shards that could not be read while it trained. */
final class LostShards {
  private LostShards() {}

  /**
   * Paragraphs of HTML, none where every record could be read.
   *
   * @param metrics the file {@code metrics.jsonl}; it may be missing
   */
  static String of(Path metrics) {
    if (!Files.exists(metrics)) {
      return "";
    }
    Map<String, String> reasons = new TreeMap<>();
    // Half a character at the end must not fail the report.
    for (String line : lines(metrics)) {
      if (line.contains("\"shard-loss\"")) {
        take(line, reasons);
      }
    }
    StringBuilder html = new StringBuilder();
    reasons.forEach(
        (shard, reason) ->
            html.append(
                "<p class=\"warning\">Records of the shard <b>%s</b> could not be read, and others took their places: %s.</p>%n"
                    .formatted(Html.text(shard), Html.text(reason))));
    return html.toString();
  }

  private static void take(String line, Map<String, String> reasons) {
    try {
      JsonText.take(
          line,
          event ->
              reasons.putIfAbsent(
                  event.get("shard").getAsString(),
                  "from position %,d on, %s"
                      .formatted(
                          event.get("position").getAsLong(), event.get("reason").getAsString())));
    } catch (JsonParseException e) {
      // The last line of a run that was killed may be cut; other sections count it.
      reasons.putIfAbsent("unknown", "the line about it is cut short");
    }
  }

  private static String[] lines(Path metrics) {
    try {
      return new String(Files.readAllBytes(metrics), StandardCharsets.UTF_8).split("\n", -1);
    } catch (IOException e) {
      throw new RunFailedException(
          metrics + " cannot be read: " + e.getMessage(), "check the disk, then try again", e);
    }
  }
}
