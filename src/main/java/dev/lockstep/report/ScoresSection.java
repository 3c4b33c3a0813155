package dev.lockstep.report;

import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.evaluate.RetrievalScores.Direction;
import dev.lockstep.report.RunMetrics.Evaluation;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The scores of the best and of the last evaluation, in both directions. */
final class ScoresSection {
  private ScoresSection() {}

  /** The section as HTML; empty for a run that was never evaluated. */
  static String of(RunMetrics metrics) {
    if (metrics.lastEvaluation().isEmpty()) {
      return "";
    }
    Evaluation last = metrics.lastEvaluation().get();
    Evaluation best = metrics.best().orElse(last);
    RetrievalScores scores = best.scores();
    Collection<Integer> ks = scores.textToImage().recallAt().keySet();
    StringBuilder table =
        new StringBuilder(
            """
            <section id="scores">
            <h2>Scores</h2>
            <div class="wide"><table class="numbers">
            """);
    table
        .append("<thead><tr><th></th>")
        .append(cells("th", ks, k -> "R@" + k))
        .append("<th>mean rank</th><th>median rank</th></tr></thead>\n");
    appendBody(table, best.step() == last.step() ? "last and best" : "best", best);
    if (best.step() != last.step()) {
      appendBody(table, "last", last);
    }
    table
        .append("<tbody class=\"chance\"><tr><th scope=\"row\">by chance</th>")
        .append(cells("td", ks, k -> Figures.percent(Math.min(1, (double) k / scores.images()))))
        .append("<td>%s</td><td>%s</td></tr></tbody>\n".formatted(middle(scores), middle(scores)));
    return table
        .append("</table></div>\n<p class=\"note\">")
        .append(Figures.count(scores.texts()))
        .append(" captions and ")
        .append(Figures.count(scores.images()))
        .append(" images in ")
        .append(Figures.count(scores.pairs()))
        .append(" pairs. A query with several right answers counts by its best; a tie counts")
        .append(" against it. By chance: text to image with one right image.</p>\n</section>\n")
        .toString();
  }

  private static void appendBody(StringBuilder table, String name, Evaluation evaluation) {
    int columns = evaluation.scores().textToImage().recallAt().size() + 3;
    table
        .append("<tbody><tr><th class=\"group\" colspan=\"%d\">".formatted(columns))
        .append(name + ": step " + Figures.count(evaluation.step()))
        .append("</th></tr>\n")
        .append(row("text to image", evaluation.scores().textToImage()))
        .append(row("image to text", evaluation.scores().imageToText()))
        .append("</tbody>\n");
  }

  private static String row(String name, Direction direction) {
    return "<tr><th scope=\"row\">%s</th>%s<td>%s</td><td>%s</td></tr>\n"
        .formatted(
            name,
            cells("td", direction.recallAt().values(), Figures::percent),
            Figures.rank(direction.meanRank()),
            Figures.rank(direction.medianRank()));
  }

  private static <T> String cells(String tag, Collection<T> values, Function<T, String> text) {
    return values.stream()
        .map(value -> "<%s>%s</%s>".formatted(tag, text.apply(value), tag))
        .collect(Collectors.joining());
  }

  private static String middle(RetrievalScores scores) {
    return Figures.rank((scores.images() + 1) / 2.0);
  }
}
