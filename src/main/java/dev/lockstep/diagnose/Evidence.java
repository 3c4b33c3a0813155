package dev.lockstep.diagnose;

import dev.lockstep.train.EvaluationView;
import dev.lockstep.train.StageView;
import dev.lockstep.train.StepView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What is known of a stage so far: its last steps, the last steps with signals, and a few figures
 * of all its steps.
 */
final class Evidence {
  /** Steps that are remembered. */
  static final int STEPS = 50;

  /** Steps with signals that are remembered. */
  static final int POINTS = 5;

  private static final List<String> TOWERS = List.of("image", "text");

  private final Curriculum curriculum;
  private final StageView stage;
  private final Deque<StepView> steps = new ArrayDeque<>();
  private final Deque<StepView> points = new ArrayDeque<>();
  private final Map<String, Double> highestRate = new LinkedHashMap<>();
  private final Map<String, Double> highestRatio = new LinkedHashMap<>();
  private final Map<String, Double> highestGradient = new LinkedHashMap<>();
  private StepView first;
  private double path;
  private Optional<EvaluationView> evaluation = Optional.empty();

  Evidence(Curriculum curriculum, StageView stage) {
    this.curriculum = curriculum;
    this.stage = stage;
  }

  void add(StepView step) {
    if (first == null) {
      first = step;
    }
    keep(steps, step, STEPS);
    step.learningRates().forEach((tower, rate) -> highestRate.merge(tower, rate, Math::max));
    step.gradientNorms().forEach((tower, norm) -> highestGradient.merge(tower, norm, Math::max));
    if (!step.signals().isEmpty()) {
      keep(points, step, POINTS);
      for (String tower : TOWERS) {
        ratio(step, tower).ifPresent(ratio -> highestRatio.merge(tower, ratio, Math::max));
      }
    }
    path += largestRatio(points.peekLast());
  }

  void add(EvaluationView view) {
    evaluation = Optional.of(view);
  }

  private static void keep(Deque<StepView> kept, StepView step, int most) {
    kept.addLast(step);
    if (kept.size() > most) {
      kept.removeFirst();
    }
  }

  private static double largestRatio(StepView point) {
    return point == null
        ? 0
        : TOWERS.stream().mapToDouble(t -> ratio(point, t).orElse(0.0)).max().orElse(0);
  }

  /** How far a step moved a tower, as a share of the norm of its parameters. */
  private static Optional<Double> ratio(StepView step, String tower) {
    Double norm = step.signals().get("parameter-norm/" + tower);
    Double update = step.signals().get("update-norm/" + tower);
    return norm == null || update == null || norm == 0
        ? Optional.empty()
        : Optional.of(update / norm);
  }

  Curriculum curriculum() {
    return curriculum;
  }

  StageView stage() {
    return stage;
  }

  /** Whether the loss picks captions for images and images for captions, as CLIP's does. */
  boolean isContrastive() {
    return isContrastive(stage.chanceName());
  }

  /**
   * The same.
   *
   * @param chanceName what the objective calls the loss of a model that knows nothing
   */
  static boolean isContrastive(String chanceName) {
    return chanceName.equals("ln N");
  }

  StepView first() {
    return first;
  }

  StepView last() {
    return steps.getLast();
  }

  List<StepView> steps() {
    return new ArrayList<>(steps);
  }

  /** The last steps with signals, the newest last. */
  List<StepView> points() {
    return new ArrayList<>(points);
  }

  Optional<EvaluationView> evaluation() {
    return evaluation;
  }

  /** The mean of a figure over the last steps. */
  double mean(ToDoubleFunction<StepView> figure) {
    return steps.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** The mean of a signal over the last steps that have it; not a number where none has. */
  double signal(String name) {
    return points.stream()
        .filter(step -> step.signals().containsKey(name))
        .mapToDouble(step -> step.signals().get(name))
        .average()
        .orElse(Double.NaN);
  }

  /** A signal of the last step that had any; not a number where it is absent. */
  double lastSignal(String name) {
    return points.getLast().signals().getOrDefault(name, Double.NaN);
  }

  /** Where the loss stands: 1 at that of a model that knows nothing, 0 at the floor. */
  double lossShare() {
    double floor = mean(StepView::floor);
    return (mean(StepView::loss) - floor) / (mean(StepView::chance) - floor);
  }

  /** By tower, the highest learning rate so far. */
  Map<String, Double> highestRate() {
    return highestRate;
  }

  /** By tower that learns, the most that a step moved it, as a share of its parameters' norm. */
  Map<String, Double> highestRatio() {
    return highestRatio;
  }

  /** By tower that learns, the highest norm of its gradient so far. */
  Map<String, Double> highestGradient() {
    return highestGradient;
  }

  /** The sum of what all steps moved the tower that moved most, as shares of its parameters. */
  double path() {
    return path;
  }

  /** Whether the learning rate has not risen for a while: the warm-up is over. */
  boolean isWarm() {
    List<StepView> known = steps();
    StepView before = known.get(Math.max(0, known.size() - 20));
    return known.size() >= 20
        && before.learningRates().entrySet().stream()
            .allMatch(rate -> last().learningRates().get(rate.getKey()) <= rate.getValue());
  }

  /** The key of an option of this stage, such as {@code stages.0.batch-size}. */
  String key(String option) {
    return "stages." + stage.index() + "." + option;
  }
}
