package dev.lockstep.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.evaluate.RetrievalScores.Direction;
import dev.lockstep.report.RunMetrics.Evaluation;
import dev.lockstep.report.RunMetrics.Step;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The curves of a run, as the JSON that {@code report.js} draws. */
final class Charts {
  private static final int POINTS_OF_A_CURVE = 2_000;
  private static final List<String> TOWERS = List.of("image", "text", "shared");

  private final RunMetrics metrics;
  private final NavigableSet<Integer> stageStarts;
  private final JsonArray charts = new JsonArray();

  private Charts(RunMetrics metrics) {
    this.metrics = metrics;
    this.stageStarts = metrics.stageStarts();
  }

  /**
   * {@code {"stages": [{"name", "from"}], "best": step, "charts": [{"id", "format", "log", "x",
   * "series": [{"label", "role", "style", "values"}]}]}}; the role gives the colour, the style the
   * line.
   */
  static JsonObject of(RunMetrics metrics, RunSigns signs) {
    Charts charts = new Charts(metrics);
    charts.addLoss();
    charts.addRecall();
    charts.addLearningRates();
    charts.addGradientNorms();
    charts.addLogitScale();
    charts.addWaiting();
    charts.addSigns(signs);
    JsonObject json = new JsonObject();
    json.add("stages", charts.stages());
    metrics.best().ifPresent(best -> json.addProperty("best", best.step()));
    json.add("charts", charts.charts);
    return json;
  }

  private JsonArray stages() {
    JsonArray stages = new JsonArray();
    for (int start : stageStarts) {
      Step first = metrics.steps().get(start);
      JsonObject stage = new JsonObject();
      stage.addProperty("name", first.stage());
      stage.addProperty("from", first.step() - 1);
      stages.add(stage);
    }
    return stages;
  }

  /** A curve: its name, its colour by role, its style of line, its values. */
  private record Series(String label, String role, String style, double[] values) {}

  private void addLoss() {
    double[] loss = values(Step::loss);
    addOverSteps(
        "loss",
        "decimal",
        false,
        List.of(
            new Series("loss of each step", "loss", "faint", loss),
            new Series("loss", "loss", "bold", smooth(loss)),
            new Series(metrics.chanceName(), "limit", "dashed", values(Step::chance)),
            new Series("floor", "limit", "dotted", values(Step::floor))));
  }

  /** Towers that learn at the same rate share a line, which would otherwise hide the other. */
  private void addLearningRates() {
    List<Series> series = new ArrayList<>();
    for (Series one : byTower(Step::learningRates)) {
      int same = 0;
      while (same < series.size() && !Arrays.equals(series.get(same).values, one.values)) {
        same++;
      }
      if (same < series.size()) {
        Series first = series.get(same);
        String label = first.label + " and " + one.label;
        series.set(same, new Series(label, first.role, first.style, first.values));
      } else {
        series.add(one);
      }
    }
    addOverSteps("learning-rate", "power", false, series);
  }

  private void addGradientNorms() {
    List<Series> series = new ArrayList<>();
    for (Series one : byTower(Step::gradientNorms)) {
      series.add(new Series(one.label + " of each step", one.role, "faint", one.values));
      series.add(new Series(one.label, one.role, one.style, smooth(one.values)));
    }
    addOverSteps("gradient-norm", "decimal", true, series);
  }

  private List<Series> byTower(Function<Step, Map<String, Double>> numbers) {
    List<Series> series = new ArrayList<>();
    for (String tower : TOWERS) {
      double[] values =
          values(step -> positive(numbers.apply(step).getOrDefault(tower, Double.NaN)));
      if (Arrays.stream(values).anyMatch(Double::isFinite)) {
        series.add(new Series(tower, tower, styleOf(tower), values));
      }
    }
    return series;
  }

  /** Lines differ in more than colour. */
  private static String styleOf(String tower) {
    return switch (tower) {
      case "image" -> "bold";
      case "text" -> "dashed";
      default -> "dotted";
    };
  }

  /** A tower that is held fixed has no rate and no gradient, and a logarithm cannot show 0. */
  private static double positive(double number) {
    return number > 0 ? number : Double.NaN;
  }

  private void addLogitScale() {
    addOverSteps(
        "logit-scale",
        "decimal",
        false,
        List.of(new Series("logit scale", "shared", "bold", values(Step::logitScale))));
  }

  private void addWaiting() {
    double[] share = smooth(values(step -> step.waitSeconds() / step.stepSeconds()));
    addOverSteps(
        "waiting",
        "percent",
        false,
        List.of(new Series("waiting for input", "loss", "bold", share)));
  }

  private void addSigns(RunSigns signs) {
    double[] steps = signs.signals().keySet().stream().mapToDouble(Long::doubleValue).toArray();
    add(
        "cosines",
        "decimal",
        false,
        steps,
        List.of(
            new Series("different images", "image", "bold", signs.values("mean-cosine/image")),
            new Series("different captions", "text", "dashed", signs.values("mean-cosine/text")),
            new Series("positives", "loss", "bold", signs.values("similarity/positive")),
            new Series("negatives", "limit", "dotted", signs.values("similarity/negative"))));
    add(
        "effective-rank",
        "decimal",
        false,
        steps,
        List.of(
            new Series("image", "image", "bold", signs.values("effective-rank/image")),
            new Series("text", "text", "dashed", signs.values("effective-rank/text"))));
    add(
        "accuracy",
        "percent",
        false,
        steps,
        List.of(
            new Series("text → image", "text", "bold", signs.values("accuracy/text-to-image")),
            new Series("image → text", "image", "dashed", signs.values("accuracy/image-to-text"))));
    add(
        "waiting-for",
        "percent",
        false,
        steps,
        List.of(
            new Series("reading records", "text", "dashed", signs.values("input/wait-reading")),
            new Series("originals", "limit", "dotted", signs.values("input/wait-resizing")),
            new Series("decoding", "image", "bold", signs.values("input/wait-decoding"))));
  }

  private void addRecall() {
    List<Evaluation> evaluations = metrics.evaluations();
    List<Series> series = new ArrayList<>();
    if (!evaluations.isEmpty()) {
      String[] styles = {"bold", "dashed", "dotted"};
      int style = 0;
      for (int k : evaluations.get(0).scores().textToImage().recallAt().keySet()) {
        String line = styles[Math.min(style++, styles.length - 1)];
        series.add(recall("text → image", "text", line, k, e -> e.scores().textToImage()));
        series.add(recall("image → text", "image", line, k, e -> e.scores().imageToText()));
      }
    }
    double[] steps = evaluations.stream().mapToDouble(Evaluation::step).toArray();
    add("recall", "percent", false, steps, series);
  }

  private Series recall(
      String name, String role, String style, int k, Function<Evaluation, Direction> direction) {
    double[] values =
        metrics.evaluations().stream()
            .mapToDouble(e -> direction.apply(e).recallAt().getOrDefault(k, Double.NaN))
            .toArray();
    return new Series(name + " R@" + k, role, style, values);
  }

  private void addOverSteps(String id, String format, boolean log, List<Series> series) {
    add(id, format, log, values(Step::step), series);
  }

  /** Adds a chart with something to see; an empty one is left out. */
  private void add(String id, String format, boolean log, double[] x, List<Series> series) {
    if (series.stream().flatMapToDouble(s -> Arrays.stream(s.values)).anyMatch(Double::isFinite)) {
      JsonObject chart = new JsonObject();
      // A smoothed curve has its peaks where the curve behind it has them.
      List<double[]> rough =
          series.stream().filter(s -> s.style.equals("faint")).map(Series::values).toList();
      List<double[]> every = series.stream().map(Series::values).toList();
      int[] kept = Curves.keep(rough.isEmpty() ? every : rough, POINTS_OF_A_CURVE);
      chart.addProperty("id", id);
      chart.addProperty("format", format);
      chart.addProperty("log", log);
      chart.add("x", numbers(x, kept));
      JsonArray lines = new JsonArray();
      for (Series one : series) {
        JsonObject line = new JsonObject();
        line.addProperty("label", one.label);
        line.addProperty("role", one.role);
        line.addProperty("style", one.style);
        line.add("values", numbers(one.values, kept));
        lines.add(line);
      }
      chart.add("series", lines);
      charts.add(chart);
    }
  }

  private double[] values(ToDoubleFunction<Step> value) {
    return metrics.steps().stream().mapToDouble(value).toArray();
  }

  private double[] smooth(double[] values) {
    return smooth(values, stageStarts);
  }

  /** Single batches scatter; the curve that the eye looks for begins anew with each stage. */
  static double[] smooth(double[] values, NavigableSet<Integer> stageStarts) {
    return Curves.smooth(values, Math.max(5, values.length / 60.0), stageStarts);
  }

  /** Five digits are more than a screen shows; a number that is not finite leaves a gap. */
  static JsonArray numbers(double[] values, int[] kept) {
    JsonArray numbers = new JsonArray(kept.length);
    MathContext digits = new MathContext(5);
    for (int i : kept) {
      boolean whole = values[i] == Math.rint(values[i]) && Math.abs(values[i]) < 1e15;
      numbers.add(
          !Double.isFinite(values[i])
              ? JsonNull.INSTANCE
              : whole
                  ? new JsonPrimitive((long) values[i])
                  : new JsonPrimitive(
                      new BigDecimal(values[i]).round(digits).stripTrailingZeros()));
    }
    return numbers;
  }
}
