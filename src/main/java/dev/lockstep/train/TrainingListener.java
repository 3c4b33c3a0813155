package dev.lockstep.train;

import dev.lockstep.input.ShardLoss;
import java.nio.file.Path;

/**
 * Watches a training. A listener sees what happened and cannot change it; the methods are called on
 * the training thread, in the order in which they stand here.
 */
public interface TrainingListener {
  /** Before the first step of a stage, also when the stage goes on after a restart. */
  default void onStageStart(StageView stage) {}

  /** When a stage has something to say in a line: what it found, made or saved. */
  default void onMessage(String stage, String line) {}

  /** After each step. */
  default void onStep(StepView step) {}

  /** After the first step of a stage that another went before in this process. */
  default void onStageMove(StageMove move) {}

  /** When records of a shard could not be read for the first time, and others took their places. */
  default void onShardLoss(ShardLoss loss) {}

  /** After an evaluation; the step is the last one that was taken. */
  default void onEvaluation(EvaluationView evaluation) {}

  /** After the last step of a stage and its evaluation, before the checkpoint. */
  default void onStageEnd(StageEndView end) {}

  /**
   * When something was found in what was told before, and again when it has changed.
   *
   * @param step steps taken in the whole experiment
   */
  default void onFinding(Finding finding, String stage, long step) {}

  /** After a checkpoint has its final name. */
  default void onCheckpoint(Path checkpoint, long step) {}

  /** Once, when the training ends for whatever reason; listeners close their files here. */
  default void onTrainingEnd() {}
}
