package dev.lockstep.report;

import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.report.ComparedRun.Place;
import dev.lockstep.report.RunMetrics.Evaluation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One figure of a run.
 *
 * @param id its name for programs
 * @param group what it belongs to, for people
 * @param title its name in the group
 * @param value NaN where it is not known
 */
record Measure(
    String id,
    String group,
    String title,
    boolean higherIsBetter,
    DoubleFunction<String> figure,
    ToDoubleFunction<ComparedRun> value) {
  private static final String TEXT_TO_IMAGE = "text to image";
  private static final String IMAGE_TO_TEXT = "image to text";
  private static final Function<ComparedRun, Optional<Evaluation>> BEST = ComparedRun::best;
  private static final Function<ComparedRun, Optional<Evaluation>> LAST =
      run -> run.metrics().lastEvaluation();

  /**
   * What the models came to.
   *
   * @param ks the k of each recall
   */
  static List<Measure> scores(Collection<Integer> ks) {
    List<Measure> scores = new ArrayList<>();
    for (int k : ks) {
      scores.add(recall("bestTextToImageRecallAt" + k, TEXT_TO_IMAGE, "R@" + k, BEST, true, k));
    }
    for (int k : ks) {
      scores.add(recall("bestImageToTextRecallAt" + k, IMAGE_TO_TEXT, "R@" + k, BEST, false, k));
    }
    if (ks.contains(1)) {
      String end = "R@1 at the end";
      scores.add(recall("finalTextToImageRecallAt1", end, "to image", LAST, true, 1));
      scores.add(recall("finalImageToTextRecallAt1", end, "to text", LAST, false, 1));
    }
    return scores;
  }

  private static Measure recall(
      String id,
      String group,
      String title,
      Function<ComparedRun, Optional<Evaluation>> evaluation,
      boolean textToImage,
      int k) {
    return new Measure(
        id,
        group,
        title,
        true,
        Figures::percent,
        run ->
            evaluation
                .apply(run)
                .map(Evaluation::scores)
                .map(scores -> recall(scores, textToImage, k))
                .orElse(Double.NaN));
  }

  private static double recall(RetrievalScores scores, boolean textToImage, int k) {
    RetrievalScores.Direction direction = textToImage ? scores.textToImage() : scores.imageToText();
    return direction.recallAt().getOrDefault(k, Double.NaN);
  }

  /**
   * What the runs cost.
   *
   * @param target the recall at 1 of text to image whose cost is told
   */
  static List<Measure> costs(OptionalDouble target) {
    List<Measure> costs = new ArrayList<>(places("", "in all", run -> Optional.of(run.end())));
    costs.add(
        cost("peakMemoryBytes", "in all", "peak memory", Figures::bytes, Measure::peakMemory));
    target.ifPresent(
        recall ->
            costs.addAll(
                places(
                    "ToTarget", "to R@1 " + Figures.percent(recall), run -> run.reached(recall))));
    return costs;
  }

  private static double peakMemory(ComparedRun run) {
    OptionalLong bytes = run.costs().peakMemoryBytes();
    return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
  }

  private static List<Measure> places(
      String ending, String group, Function<ComparedRun, Optional<Place>> place) {
    return List.of(
        cost("steps" + ending, group, "steps", Figures::count, of(place, Place::step)),
        cost("pairs" + ending, group, "pairs", Figures::count, of(place, Place::examples)),
        cost("seconds" + ending, group, "time", Figures::duration, of(place, Place::seconds)),
        cost(
            "operations" + ending,
            group,
            "operations",
            Figures::large,
            of(place, Place::operations)));
  }

  private static ToDoubleFunction<ComparedRun> of(
      Function<ComparedRun, Optional<Place>> place, ToDoubleFunction<Place> value) {
    return run -> place.apply(run).map(value::applyAsDouble).orElse(Double.NaN);
  }

  private static Measure cost(
      String id,
      String group,
      String title,
      DoubleFunction<String> figure,
      ToDoubleFunction<ComparedRun> value) {
    return new Measure(id, group, title, false, figure, value);
  }
}
