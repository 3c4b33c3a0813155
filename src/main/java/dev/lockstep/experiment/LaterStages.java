package dev.lockstep.experiment;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StageSpec;
import dev.lockstep.train.StepView;
import dev.lockstep.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The first steps of the stages after the first, so that what is wrong with one of them is known
 * before the first has run for days.
 *
 * @param tried in order; without those after one whose loss is no number
 */
record LaterStages(List<Tried> tried) {
  private static final int STEPS = 3;
  private static final double SECONDS = 5;

  /**
   * A stage's first steps.
   *
   * @param key where the stage stands in the experiment file
   * @param stepSeconds the shortest step: the first one also optimises the graph
   * @param memory the most that was held meanwhile
   */
  record Tried(String key, StageSpec stage, StepView last, double stepSeconds, MemoryNeed memory) {
    String line() {
      return String.format(
          Locale.ROOT,
          "%d steps: loss %.3f, a step takes %.0f ms; %s",
          last.stageStep(),
          last.loss(),
          1e3 * stepSeconds,
          memory.describe());
    }
  }

  /** Takes the steps, on first values each time. */
  static LaterStages of(Trainer trainer, List<StageSpec> stages) {
    List<Tried> tried = new ArrayList<>();
    for (int i = 1; i < stages.size(); i++) {
      PeakMemory.reset();
      List<StepView> taken = trainer.tryStage(i, LaterStages::isEnough);
      tried.add(
          new Tried(
              "stages." + i,
              stages.get(i),
              taken.get(taken.size() - 1),
              taken.stream().mapToDouble(StepView::stepSeconds).min().orElseThrow(),
              MemoryNeed.soFar()));
    }
    return new LaterStages(List.copyOf(tried));
  }

  private static boolean isEnough(StepView step) {
    return step.stageStep() >= STEPS || step.seconds() > SECONDS;
  }

  /**
   * The time that all their steps take; 0 where nobody knows how many there are.
   *
   * @param records how many training pairs there are
   */
  double seconds(long records) {
    double sum = 0;
    for (Tried stage : tried) {
      long steps = stage.stage().steps(records);
      if (steps == 0) {
        return 0;
      }
      sum += steps * stage.stepSeconds();
    }
    return sum;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (Tried stage : tried) {
      if (!Double.isFinite(stage.last().loss())) {
        findings.add(
            new Finding(
                "not-a-number",
                Severity.ERROR,
                "stage %s begins with a loss that is %s"
                    .formatted(stage.stage().name(), stage.last().loss()),
                stage.last().loss(),
                "lower %s.optimizer.learning-rate, or set precision = float32"
                    .formatted(stage.key())));
      }
      findings.addAll(stage.memory().findings(stage.key()));
    }
    return findings;
  }
}
