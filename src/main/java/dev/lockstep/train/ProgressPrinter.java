package dev.lockstep.train;

import dev.lockstep.input.ShardLoss;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a training while it runs: on a terminal a progress bar, elsewhere a line every few seconds.
 * Both tell the loss with its floor and chance (where it stays while nothing is learned), pairs a
 * second, the share of time that waits for input, and the time left.
 */
public final class ProgressPrinter implements TrainingListener {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(ProgressPrinter.class);

  private final ProgressDisplay display;
  private StageView stage;
  private TrainingPace pace;
  private OptionalDouble recallAt1 = OptionalDouble.empty();

  ProgressPrinter(ProgressDisplay display) {
    this.display = display;
  }

  /** To standard error, as a bar where that is a terminal. */
  public static ProgressPrinter toStandardError() {
    PrintStream out = System.err;
    return new ProgressPrinter(
        TerminalLine.onStandardError()
            .<ProgressDisplay>map(BarDisplay::new)
            .orElseGet(() -> new LineDisplay(out, INTERVAL, System::nanoTime)));
  }

  /**
   * Shows a line of another part of the program, from any thread, where it does not break a bar.
   */
  public void print(String line) {
    display.print(line);
  }

  @Override
  public void onStageStart(StageView stage) {
    this.stage = stage;
    pace = new TrainingPace();
    display.startStage(stage);
    display.print(Wording.stage(stage));
  }

  @Override
  public void onMessage(String stage, String line) {
    log.info("stage {}: {}", stage, line);
    display.print(stage + ": " + line);
  }

  @Override
  public void onStep(StepView step) {
    pace.add(step);
    display.update(ProgressLine.of(stage, pace, recallAt1));
  }

  @Override
  public void onStageMove(StageMove move) {
    display.print(Wording.stageMove(move));
  }

  @Override
  public void onShardLoss(ShardLoss loss) {
    display.print(
        "a shard is damaged: "
            + loss.reason()
            + "; other records take the places of those of its %,d that cannot be read"
                .formatted(loss.records()));
  }

  @Override
  public void onEvaluation(EvaluationView evaluation) {
    SortedMap<Integer, Double> recall = evaluation.scores().textToImage().recallAt();
    recallAt1 = recall.containsKey(1) ? OptionalDouble.of(recall.get(1)) : OptionalDouble.empty();
    display.print(Wording.evaluation(evaluation));
  }

  @Override
  public void onStageEnd(StageEndView end) {
    display.print(Wording.stageEnd(end));
  }

  @Override
  public void onFinding(Finding finding, String stage, long step) {
    display.print("step %,d: %s".formatted(step, finding.line()));
  }

  @Override
  public void onCheckpoint(Path checkpoint, long step) {
    display.print("step %,d: checkpoint %s".formatted(step, checkpoint));
  }

  @Override
  public void onTrainingEnd() {
    display.end();
  }
}
