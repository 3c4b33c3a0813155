package dev.lockstep.train;

import dev.lockstep.evaluate.RetrievalScores;
import java.util.Map;
import java.util.TreeMap;

/** What a trainer would tell its listeners. */
final class Views {
  private Views() {}

  static StageView stage(String name, int index, long steps, long firstStep) {
    return new StageView(
        name,
        "joint",
        index,
        2,
        steps,
        firstStep,
        2 * steps,
        256,
        1,
        "ln N",
        Map.of("image", 2_100_000L, "text", 870_000L, "shared", 1L));
  }

  /** A step of half a second, 1% of which waited for input. */
  static StepView step(String stage, long step, double loss) {
    return new StepView(
        stage,
        step,
        step,
        700,
        step / 350.0,
        256 * step,
        0.25 * step,
        0.5 * step,
        0.5,
        0.005,
        loss,
        0.21,
        Math.log(256),
        256,
        Map.of("image", 1e-3, "text", 2e-3, "shared", 4e-3),
        Map.of("text", 0.75),
        14.3,
        Map.of("alignment", 1.25));
  }

  static EvaluationView evaluation(String stage, long step, double textToImageAt1) {
    return new EvaluationView(
        stage,
        step,
        0.5 * step,
        new RetrievalScores(
            300,
            100,
            200,
            new RetrievalScores.Direction(
                new TreeMap<>(Map.of(1, textToImageAt1, 5, 0.5, 10, 0.75)), 12.5, 4),
            new RetrievalScores.Direction(
                new TreeMap<>(Map.of(1, 0.125, 5, 0.25, 10, 0.5)), 20, 11)),
        true);
  }
}
