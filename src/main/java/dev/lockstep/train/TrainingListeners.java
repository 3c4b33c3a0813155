package dev.lockstep.train;

import dev.lockstep.input.ShardLoss;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells several listeners, in their order. One that fails stops the training, for what it was to
 * write down would be lost; at the end all are told nevertheless, so that each closes its file.
 */
public record TrainingListeners(List<TrainingListener> listeners) implements TrainingListener {

  public TrainingListeners(List<TrainingListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  @Override
  public void onStageStart(StageView stage) {
    listeners.forEach(listener -> listener.onStageStart(stage));
  }

  @Override
  public void onMessage(String stage, String line) {
    listeners.forEach(listener -> listener.onMessage(stage, line));
  }

  @Override
  public void onStep(StepView step) {
    listeners.forEach(listener -> listener.onStep(step));
  }

  @Override
  public void onStageMove(StageMove move) {
    listeners.forEach(listener -> listener.onStageMove(move));
  }

  @Override
  public void onShardLoss(ShardLoss loss) {
    listeners.forEach(listener -> listener.onShardLoss(loss));
  }

  @Override
  public void onEvaluation(EvaluationView evaluation) {
    listeners.forEach(listener -> listener.onEvaluation(evaluation));
  }

  @Override
  public void onStageEnd(StageEndView end) {
    listeners.forEach(listener -> listener.onStageEnd(end));
  }

  @Override
  public void onFinding(Finding finding, String stage, long step) {
    listeners.forEach(listener -> listener.onFinding(finding, stage, step));
  }

  @Override
  public void onCheckpoint(Path checkpoint, long step) {
    listeners.forEach(listener -> listener.onCheckpoint(checkpoint, step));
  }

  @Override
  public void onTrainingEnd() {
    RuntimeException first = null;
    for (TrainingListener listener : listeners) {
      try {
        listener.onTrainingEnd();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
