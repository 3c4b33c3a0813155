package dev.lockstep.pretrained;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/**
 * What came of an import, variable by variable.
 *
 * @param source the file or folder, and its layout
 * @param rows one for each variable of the sides that were asked for
 * @param leftOver tensors of the file that no variable took
 * @param notAskedFor how many tensors belong to a side that was not asked for
 */
public record ImportTable(String source, List<Row> rows, List<String> leftOver, int notAskedFor) {

  /** What became of a variable. */
  public enum Outcome {
    /** Taken as it stands in the file. */
    MATCHED,
    /** Taken, in another form. */
    CONVERTED,
    /** Not in the file, which the caller allowed; the variable keeps its first value. */
    MISSING,
    /** A part that models of this layout do not have; the variable keeps its first value. */
    NOT_IN_LAYOUT
  }

  /**
   * @param tensors where the values are from; empty if from nowhere
   * @param how the conversion, or why there is no value
   */
  public record Row(
      String variable, Shape shape, Outcome outcome, List<String> tensors, String how) {

    private String pattern() {
      return variable.replaceAll("/\\d+", "/*") + "\t" + outcome + "\t" + how;
    }
  }

  /** The tensors of the layers of an encoder in one line, as the table's text groups them. */
  private record Group(Row first, int count) {}

  public long count(Outcome outcome) {
    return rows.stream().filter(row -> row.outcome() == outcome).count();
  }

  /** The table as text: a line for each kind of variable, layers taken together. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(source);
    Map<String, Group> groups = new LinkedHashMap<>();
    rows.forEach(
        row ->
            groups.merge(
                row.pattern(), new Group(row, 1), (a, b) -> new Group(a.first(), a.count() + 1)));
    groups.forEach((pattern, group) -> lines.add(line(pattern, group)));
    lines.add(
        String.format(
            "matched %d, converted %d, missing %d, not in this layout %d, left over %d%s",
            count(Outcome.MATCHED),
            count(Outcome.CONVERTED),
            count(Outcome.MISSING),
            count(Outcome.NOT_IN_LAYOUT),
            leftOver.size(),
            notAskedFor == 0 ? "" : ", not asked for " + notAskedFor));
    leftOver.forEach(name -> lines.add("  left over: " + name));
    return lines;
  }

  /** The whole table, a row for each variable, for programs. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("source", source);
    JsonArray variables = new JsonArray();
    for (Row row : rows) {
      JsonObject variable = new JsonObject();
      variable.addProperty("variable", row.variable());
      JsonArray shape = new JsonArray();
      for (long size : row.shape().asArray()) {
        shape.add(size);
      }
      variable.add("shape", shape);
      variable.addProperty("outcome", word(row.outcome()));
      JsonArray tensors = new JsonArray();
      row.tensors().forEach(tensors::add);
      variable.add("tensors", tensors);
      variable.addProperty("how", row.how());
      variables.add(variable);
    }
    json.add("variables", variables);
    JsonArray left = new JsonArray();
    leftOver.forEach(left::add);
    json.add("leftOver", left);
    json.addProperty("notAskedFor", notAskedFor);
    return json;
  }

  private static String word(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String line(String pattern, Group group) {
    Row row = group.first();
    String name = pattern.substring(0, pattern.indexOf('\t'));
    String from = String.join(" + ", row.tensors());
    if (group.count() > 1) {
      from = from.replaceAll("(?<=[._])\\d+(?=[./])", "*");
    }
    return String.format(
        "  %-10s %4d x %s %s%s%s",
        word(row.outcome()),
        group.count(),
        group.count() == 1 ? row.variable() : name,
        row.shape(),
        from.isEmpty() ? "" : " <- " + from,
        row.how().isEmpty() ? "" : " (" + row.how() + ")");
  }
}
