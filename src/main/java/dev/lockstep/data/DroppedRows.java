package dev.lockstep.data;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.lockstep.data.Manifest.DroppedRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows that are left out: all in a file, some of each reason in memory, and how many. */
final class DroppedRows {
  /** How many of each reason the manifest shows. */
  private static final int EXAMPLES = 20;

  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final OutputStream out;
  private final Map<DropReason, List<DroppedRow>> examples = new TreeMap<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private long count;

  /**
   * @param out where each row gets a line
   */
  DroppedRows(OutputStream out) {
    this.out = out;
  }

  void add(SourcePair pair, Finding finding) throws IOException {
    DroppedRow row =
        new DroppedRow(
            pair.row(),
            pair.file(),
            pair.line(),
            pair.image().name(),
            pair.text(),
            finding.reason(),
            finding.detail());
    out.write((GSON.toJson(row) + "\n").getBytes(StandardCharsets.UTF_8));
    List<DroppedRow> some = examples.computeIfAbsent(finding.reason(), r -> new ArrayList<>());
    if (some.size() < EXAMPLES) {
      some.add(row);
    }
    counts.merge(finding.reason().toString(), 1L, Long::sum);
    count++;
  }

  long count() {
    return count;
  }

  Map<String, Long> counts() {
    return counts;
  }

  /** The first of each reason, in the order of the rows. */
  List<DroppedRow> examples() {
    return examples.values().stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparingLong(DroppedRow::row))
        .toList();
  }

  /** "image-missing 12, caption-empty 1". */
  String reasons() {
    return String.join(
        ", ", counts.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
  }
}
