package dev.lockstep.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.report.ComparedRun.Place;
import dev.lockstep.report.RunMetrics.Evaluation;
import dev.lockstep.report.RunMetrics.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The curves of several experiments, as the JSON that {@code report.js} draws. */
final class ComparisonCharts {
  private static final int POINTS_OF_A_CURVE = 600;

  /** Lines differ in more than colour. */
  private static final List<String> STYLES = List.of("bold", "dashed", "dotted", "dashdotted");

  /** How many colours the page has for experiments. */
  static final int COLOURS = 8;

  /** What a curve can be drawn over. */
  private enum Axis {
    STEPS("steps", Place::step),
    EXAMPLES("pairs seen", Place::examples),
    SECONDS("seconds of training", Place::seconds),
    OPERATIONS("floating-point operations", Place::operations);

    private final String label;
    private final ToDoubleFunction<Place> of;

    Axis(String label, ToDoubleFunction<Place> of) {
      this.label = label;
      this.of = of;
    }

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Points of a run's curve. */
  private record Curve(List<Place> places, double[] values) {}

  private final List<Contender> contenders;
  private final JsonArray charts = new JsonArray();

  private ComparisonCharts(List<Contender> contenders) {
    this.contenders = contenders;
  }

  /**
   * {@code {"axes": [{"id", "label"}], "stages": [], "charts": [{"id", "format", "log", "series":
   * [{"label", "role", "style", "x": {AXIS: [...]}, "values"}]}]}}.
   */
  static JsonObject of(List<Contender> contenders) {
    ComparisonCharts all = new ComparisonCharts(contenders);
    all.add("loss", "decimal", run -> loss(run.metrics(), run));
    all.add("text-to-image", "percent", run -> recall(run, true, 1));
    all.add("image-to-text", "percent", run -> recall(run, false, 1));
    all.add("text-to-image-later", "percent", run -> recall(run, true, laterK(contenders)));
    JsonArray axes = new JsonArray();
    for (Axis axis : Axis.values()) {
      JsonObject object = new JsonObject();
      object.addProperty("id", axis.id());
      object.addProperty("label", axis.label);
      axes.add(object);
    }
    JsonObject json = new JsonObject();
    json.add("axes", axes);
    json.add("stages", new JsonArray());
    json.add("charts", all.charts);
    return json;
  }

  /** The greatest k of which there are recalls. */
  static int laterK(List<Contender> contenders) {
    NavigableSet<Integer> ks = new TreeSet<>(List.of(1));
    contenders.forEach(
        contender ->
            contender
                .first()
                .best()
                .ifPresent(e -> ks.addAll(e.scores().textToImage().recallAt().keySet())));
    return ks.last();
  }

  private static Curve loss(RunMetrics metrics, ComparedRun run) {
    double[] loss = metrics.steps().stream().mapToDouble(Step::loss).toArray();
    return new Curve(
        List.copyOf(run.places().values()), Charts.smooth(loss, metrics.stageStarts()));
  }

  private static Curve recall(ComparedRun run, boolean textToImage, int k) {
    List<Evaluation> evaluations = run.metrics().evaluations();
    return new Curve(
        evaluations.stream().map(run::at).toList(),
        evaluations.stream()
            .map(Evaluation::scores)
            .map(scores -> textToImage ? scores.textToImage() : scores.imageToText())
            .mapToDouble(direction -> direction.recallAt().getOrDefault(k, Double.NaN))
            .toArray());
  }

  /** For each experiment the mean of its seeds, and behind it each seed by itself. */
  private void add(String id, String format, Function<ComparedRun, Curve> curveOf) {
    JsonArray series = new JsonArray();
    for (int i = 0; i < contenders.size(); i++) {
      Contender contender = contenders.get(i);
      List<Curve> curves = contender.runs().stream().map(curveOf).toList();
      String role = "run-" + (i % COLOURS + 1);
      if (curves.size() > 1) {
        for (int r = 0; r < curves.size(); r++) {
          String label = contender.name() + ", seed " + contender.runs().get(r).seed();
          add(series, label, role, "faint", curves.get(r));
        }
      }
      add(series, contender.name(), role, STYLES.get(i % STYLES.size()), mean(curves));
    }
    if (!series.isEmpty()) {
      JsonObject chart = new JsonObject();
      chart.addProperty("id", id);
      chart.addProperty("format", format);
      chart.addProperty("log", false);
      chart.add("series", series);
      charts.add(chart);
    }
  }

  private static void add(JsonArray series, String label, String role, String style, Curve curve) {
    if (curve.values().length == 0) {
      return;
    }
    int[] kept = Curves.keep(List.of(curve.values()), POINTS_OF_A_CURVE);
    JsonObject x = new JsonObject();
    for (Axis axis : Axis.values()) {
      double[] places = curve.places().stream().mapToDouble(axis.of).toArray();
      x.add(axis.id(), Charts.numbers(places, kept));
    }
    JsonObject line = new JsonObject();
    line.addProperty("label", label);
    line.addProperty("role", role);
    line.addProperty("style", style);
    line.add("x", x);
    line.add("values", Charts.numbers(curve.values(), kept));
    series.add(line);
  }

  /** Over the points at which all seeds were measured after the same step. */
  private static Curve mean(List<Curve> curves) {
    if (curves.size() == 1) {
      return curves.get(0);
    }
    int points = 0;
    while (isCommon(curves, points)) {
      points++;
    }
    List<Place> places = new ArrayList<>();
    double[] values = new double[points];
    for (int i = 0; i < points; i++) {
      int point = i;
      Place first = curves.get(0).places().get(i);
      places.add(
          new Place(
              first.step(),
              first.examples(),
              mean(curves, curve -> curve.places().get(point).seconds()),
              mean(curves, curve -> curve.places().get(point).operations())));
      values[i] = mean(curves, curve -> curve.values()[point]);
    }
    return new Curve(places, values);
  }

  private static boolean isCommon(List<Curve> curves, int point) {
    return curves.stream().allMatch(curve -> point < curve.places().size())
        && curves.stream().map(curve -> curve.places().get(point).step()).distinct().count() == 1;
  }

  private static double mean(List<Curve> curves, ToDoubleFunction<Curve> value) {
    return curves.stream().mapToDouble(value).average().orElse(Double.NaN);
  }
}
