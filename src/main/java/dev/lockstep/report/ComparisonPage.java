package dev.lockstep.report;

import dev.lockstep.evaluate.PairedBootstrap.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A comparison as one HTML page. */
final class ComparisonPage {
  private final Comparison comparison;
  private final List<Contender> contenders;

  private ComparisonPage(Comparison comparison) {
    this.comparison = comparison;
    this.contenders = comparison.contenders();
  }

  static String of(Comparison comparison) {
    ComparisonPage page = new ComparisonPage(comparison);
    String names =
        comparison.contenders().stream().map(Contender::name).collect(Collectors.joining(", "));
    Map<String, String> parts = new HashMap<>();
    parts.put("title", Html.escape(names));
    parts.put("name", Html.text(names));
    parts.put("outcome", page.outcome());
    parts.put("warnings", page.warnings());
    parts.put("scores", page.measures(comparison.scores(), "R@1 and the others"));
    parts.put("differences", page.differences());
    parts.put("costs", page.measures(comparison.costs(), "what it took"));
    parts.put("counting", page.counting());
    parts.put("later-k", String.valueOf(ComparisonCharts.laterK(page.contenders)));
    parts.put("pictures", ComparisonGallery.of(page.contenders));
    parts.put("configuration", page.configuration());
    parts.put("runs", page.runs());
    parts.put("data", ComparisonCharts.of(page.contenders).toString().replace("<", "\\u003c"));
    return Page.fill("compare.html", parts);
  }

  /** The experiment's name in its colour. */
  static String name(List<Contender> contenders, int place) {
    return "<span class=\"run run-%d\">%s</span>"
        .formatted(place % ComparisonCharts.COLOURS + 1, Html.text(contenders.get(place).name()));
  }

  private String name(int place) {
    return name(contenders, place);
  }

  private String outcome() {
    Optional<Integer> leader = comparison.leader();
    if (leader.isEmpty()) {
      return "None of these runs was scored: there were no test pairs.";
    }
    Measure measure = comparison.deciding().orElseThrow();
    StringBuilder outcome = new StringBuilder();
    outcome.append(
        "%s scores highest: <b>%s %s</b>, %s."
            .formatted(
                name(leader.get()),
                measure.title(),
                contenders.get(leader.get()).spread(measure.value()).text(measure.figure()),
                measure.group()));
    List<String> above = new ArrayList<>();
    List<String> level = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      Optional<Difference> difference = comparison.difference(leader.get(), i);
      if (difference.isPresent()) {
        (difference.get().isReal() ? above : level).add(name(i));
      }
    }
    if (!above.isEmpty()) {
      outcome.append(" It is really above ").append(String.join(", ", above)).append('.');
    }
    if (!level.isEmpty()) {
      outcome
          .append(" From ")
          .append(String.join(", ", level))
          .append(" it differs by no more than chance explains.");
    }
    return outcome.toString();
  }

  private String warnings() {
    return comparison.warnings().stream()
        .map(warning -> "<p class=\"warning\">" + Html.text(warning) + ".</p>\n")
        .collect(Collectors.joining());
  }

  private String measures(List<Measure> measures, String caption) {
    if (measures.isEmpty()) {
      return "<p class=\"note\">There were no test pairs.</p>\n";
    }
    StringBuilder groups = new StringBuilder("<tr><th></th>");
    StringBuilder titles = new StringBuilder("<tr><th></th>");
    for (int i = 0; i < measures.size(); ) {
      String group = measures.get(i).group();
      int begin = i;
      while (i < measures.size() && measures.get(i).group().equals(group)) {
        titles
            .append("<th%s>".formatted(i == begin ? " class=\"first\"" : ""))
            .append(measures.get(i).title())
            .append("</th>");
        i++;
      }
      groups.append(
          "<th class=\"first\" colspan=\"%d\">%s</th>".formatted(i - begin, Html.escape(group)));
    }
    StringBuilder table =
        new StringBuilder("<div class=\"wide\"><table class=\"numbers contest\">\n<thead>");
    table.append(groups).append("</tr>\n").append(titles).append("</tr></thead>\n<tbody>\n");
    for (int c = 0; c < contenders.size(); c++) {
      table.append("<tr><th scope=\"row\">").append(name(c)).append("</th>");
      for (int i = 0; i < measures.size(); i++) {
        Measure measure = measures.get(i);
        boolean first = i == 0 || !measures.get(i - 1).group().equals(measure.group());
        String text = Html.escape(contenders.get(c).spread(measure.value()).text(measure.figure()));
        table
            .append("<td%s>".formatted(first ? " class=\"first\"" : ""))
            .append(isBest(measure, c) ? "<b>" + text + "</b>" : text)
            .append("</td>");
      }
      table.append("</tr>\n");
    }
    return table.append("</tbody></table></div>\n").toString();
  }

  /** Whether nobody has a better mean; of figures that all share, none is the best. */
  private boolean isBest(Measure measure, int contender) {
    List<Double> means = contenders.stream().map(c -> c.spread(measure.value()).mean()).toList();
    Comparator<Double> better = Comparator.naturalOrder();
    Optional<Double> best =
        means.stream()
            .filter(Double::isFinite)
            .reduce((a, b) -> better.compare(a, b) > 0 == measure.higherIsBetter() ? a : b);
    return best.isPresent()
        && means.get(contender).equals(best.get())
        && means.stream().distinct().count() > 1;
  }

  private String differences() {
    if (comparison.differences().isEmpty()) {
      return "";
    }
    boolean several = contenders.stream().anyMatch(c -> c.runs().size() > 1);
    StringBuilder section =
        new StringBuilder(
            """
            <section id="differences">
            <h2>Which differences are real</h2>
            <p class="note">How many points of R@1, text to image, the experiment at the left is \
            above that at the top, with the interval that holds 95%% of 5,000 samples of a paired \
            bootstrap: the same test captions%s are drawn again and again. A difference whose \
            interval leaves out 0 is <b>bold</b>. Each is judged by itself: of twenty that are \
            none, about one will be bold.%s</p>
            <div class="wide"><table class="numbers contest matrix">
            <thead><tr><th></th>\
            """
                .formatted(
                    several ? ", and with them the seeds," : "",
                    several
                        ? ""
                        : " There is one seed of each, so this tells of the luck of the test"
                            + " captions, and nothing of the luck of the seed."));
    for (int i = 0; i < contenders.size(); i++) {
      section.append("<th>").append(name(i)).append("</th>");
    }
    section.append("</tr></thead>\n<tbody>\n");
    for (int row = 0; row < contenders.size(); row++) {
      section.append("<tr><th scope=\"row\">").append(name(row)).append("</th>");
      for (int column = 0; column < contenders.size(); column++) {
        section.append("<td>").append(cell(row, column)).append("</td>");
      }
      section.append("</tr>\n");
    }
    return section.append("</tbody></table></div>\n</section>\n").toString();
  }

  private String cell(int row, int column) {
    if (row == column) {
      return "";
    }
    return comparison
        .difference(row, column)
        .map(
            d ->
                "<%1$s>%2$s</%1$s> <small>%3$s to %4$s</small>"
                    .formatted(
                        d.isReal() ? "b" : "span",
                        Figures.points(d.difference()),
                        Figures.points(d.low()),
                        Figures.points(d.high())))
        .orElse("–");
  }

  private String counting() {
    String target =
        comparison.target().stream()
            .mapToObj(
                recall ->
                    " The cost of R@1 "
                        + Figures.percent(recall)
                        + ", text to image, is that of the first evaluation that shows it.")
            .collect(Collectors.joining());
    String tokens =
        contenders.stream()
            .map(contender -> String.valueOf(contender.first().costs().textTokens()))
            .distinct()
            .collect(Collectors.joining(" or "));
    return "Operations are those of matrix products and convolutions in the training graph of each"
        + " stage, forward and backward, a multiplication and its addition counted as two: what a"
        + " stage holds fixed costs no backward pass; a stage of several phases counts with their"
        + " mean. A text counts with the mean length of the"
        + " training captions, "
        + tokens
        + " tokens; padding, norms, activations, the optimizer and evaluation are left out. Time is"
        + " that of the training steps. Memory is the most that the process held; a process that"
        + " made several runs one after the other gives little back between them."
        + target;
  }

  private String configuration() {
    List<ConfigDifferences.Row> rows = comparison.configuration().rows();
    if (rows.isEmpty()) {
      return "<p class=\"note\">Nothing but names and seeds.</p>\n";
    }
    StringBuilder table = new StringBuilder("<div class=\"wide\"><table class=\"keys\">\n");
    table.append("<thead><tr><th>key</th>");
    for (int i = 0; i < contenders.size(); i++) {
      table.append("<th>").append(name(i)).append("</th>");
    }
    table.append("</tr></thead>\n<tbody>\n");
    for (ConfigDifferences.Row row : rows) {
      table.append("<tr><th scope=\"row\">").append(Html.escape(row.key())).append("</th>");
      row.values()
          .forEach(
              v -> table.append("<td>").append(Html.text(plain(v.orElse("–")))).append("</td>"));
      table.append("</tr>\n");
    }
    return table.append("</tbody></table></div>\n").toString();
  }

  /** A text without the quotes that a file needs. */
  private static String plain(String value) {
    return value.replaceFirst("^\"(.*)\"$", "$1");
  }

  private String runs() {
    StringBuilder list = new StringBuilder("<ul class=\"runs\">\n");
    for (int i = 0; i < contenders.size(); i++) {
      for (ComparedRun run : contenders.get(i).runs()) {
        list.append(
            "<li>%s <span class=\"note\">seed %s, %s</span></li>%n"
                .formatted(name(i), Html.escape(run.seed()), Html.text(run.folder().toString())));
      }
    }
    return list.append("</ul>\n").toString();
  }
}
