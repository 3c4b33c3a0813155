package dev.lockstep.report;

import dev.lockstep.evaluate.PairedBootstrap.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A comparison for a terminal. */
final class ComparisonText {
  private ComparisonText() {}

  static String of(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    if (!comparison.scores().isEmpty()) {
      text.append(table(comparison, comparison.scores())).append('\n');
    }
    text.append(table(comparison, comparison.costs())).append('\n');
    return text.append(verdict(comparison)).toString();
  }

  /** A head of groups, a head of titles, a row for each experiment. */
  private static String table(Comparison comparison, List<Measure> measures) {
    List<List<String>> rows = new ArrayList<>();
    List<String> groups = new ArrayList<>(List.of(""));
    List<String> titles = new ArrayList<>(List.of(""));
    String last = "";
    for (Measure measure : measures) {
      groups.add(measure.group().equals(last) ? "" : measure.group());
      titles.add(measure.title());
      last = measure.group();
    }
    rows.add(titles);
    for (Contender contender : comparison.contenders()) {
      List<String> row = new ArrayList<>(List.of(contender.name()));
      measures.forEach(m -> row.add(contender.spread(m.value()).text(m.figure())));
      rows.add(row);
    }
    int[] widths = new int[titles.size()];
    rows.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    StringBuilder text = new StringBuilder(heads(groups, widths)).append('\n');
    rows.forEach(row -> text.append(line(row, widths)).append('\n'));
    return text.toString();
  }

  /** Each group over its first column, widened where the next would begin too early. */
  private static String heads(List<String> groups, int[] widths) {
    StringBuilder line = new StringBuilder();
    int at = 0;
    for (int i = 0; i < widths.length; i++) {
      int begin = at + (i == 0 ? 0 : 2);
      if (!groups.get(i).isEmpty()) {
        int end = begin;
        int j = i;
        do {
          end += (j == i ? 0 : 2) + widths[j];
          j++;
        } while (j < widths.length && groups.get(j).isEmpty());
        int missing = groups.get(i).length() - (end - begin);
        if (missing > 0) {
          widths[j - 1] += missing;
          end += missing;
        }
        line.append(" ".repeat(Math.max(0, begin - line.length()))).append(groups.get(i));
        line.append(" ".repeat(Math.max(0, end - line.length())));
      }
      at = begin + widths[i];
    }
    return line.toString().stripTrailing();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line =
        new StringBuilder(row.get(0)).append(" ".repeat(widths[0] - row.get(0).length()));
    for (int i = 1; i < widths.length; i++) {
      line.append("  ").append(" ".repeat(widths[i] - row.get(i).length())).append(row.get(i));
    }
    return line.toString().stripTrailing();
  }

  /** Of the best experiment against each other, whether the difference is real. */
  private static String verdict(Comparison comparison) {
    Optional<Integer> leader = comparison.leader();
    StringBuilder text = new StringBuilder();
    for (int i = 0; leader.isPresent() && i < comparison.contenders().size(); i++) {
      Optional<Difference> difference = comparison.difference(leader.get(), i);
      if (difference.isPresent()) {
        text.append(
            "%s against %s: %s%n"
                .formatted(
                    comparison.contenders().get(leader.get()).name(),
                    comparison.contenders().get(i).name(),
                    sentence(difference.get())));
      }
    }
    return text.isEmpty() ? "" : "Recall at 1, text to image:\n" + text;
  }

  static String sentence(Difference difference) {
    return "%s points (95%% interval %s to %s, p %s): %s"
        .formatted(
            Figures.points(difference.difference()),
            Figures.points(difference.low()),
            Figures.points(difference.high()),
            pValue(difference.pValue()),
            difference.isReal() ? "a real difference" : "within what chance explains");
  }

  static String pValue(double p) {
    return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
  }
}
