package dev.lockstep.report;

import dev.lockstep.report.RunMetrics.Stage;
import dev.lockstep.report.RunMetrics.Step;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was run: a row for each stage. */
final class StagesTable {
  private static final List<String> TOWERS = List.of("image", "text", "shared");

  private StagesTable() {}

  /** The rows as HTML. */
  static String rows(RunMetrics metrics) {
    StringBuilder rows = new StringBuilder();
    double before = 0;
    for (Stage stage : metrics.stages()) {
      List<Step> steps = metrics.stepsOf(stage);
      double until = steps.isEmpty() ? before : steps.get(steps.size() - 1).seconds();
      rows.append(row(stage, steps, until - before));
      before = until;
    }
    return rows.toString();
  }

  private static String row(Stage stage, List<Step> steps, double seconds) {
    String taken =
        steps.size() < stage.steps()
            ? Figures.count(steps.size()) + " of " + Figures.count(stage.steps())
            : Figures.count(stage.steps());
    return """
        <tr><th scope="row" data-label="stage">%s</th><td data-label="strategy">%s</td>\
        <td data-label="steps">%s</td><td data-label="batch">%s</td>\
        <td data-label="learning rate">%s</td><td data-label="trained parameters">%s</td>\
        <td data-label="time">%s</td></tr>
        """
        .formatted(
            Html.text(stage.name()),
            Html.text(stage.strategy()),
            taken,
            Figures.count(stage.batchSize()),
            byTower(peakRates(steps), Figures::power),
            byTower(stage.trainedParameters(), n -> Figures.parameters(n.longValue())),
            Figures.duration(seconds));
  }

  private static Map<String, Double> peakRates(List<Step> steps) {
    Map<String, Double> peaks = new TreeMap<>();
    steps.forEach(
        step -> step.learningRates().forEach((tower, rate) -> peaks.merge(tower, rate, Math::max)));
    return peaks;
  }

  private static String byTower(Map<String, Double> numbers, Function<Double, String> figure) {
    String all =
        TOWERS.stream()
            .filter(tower -> numbers.getOrDefault(tower, 0.0) > 0)
            .map(
                tower ->
                    "<span class=\"tower %s\">%s %s</span>"
                        .formatted(tower, tower, figure.apply(numbers.get(tower))))
            .collect(Collectors.joining(" "));
    return all.isEmpty() ? "–" : all;
  }
}
