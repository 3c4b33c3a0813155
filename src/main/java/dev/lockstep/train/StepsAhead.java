package dev.lockstep.train;

import java.util.List;

/**
 * How many steps a training will take, an estimate where a stage ends by time.
 *
 * @param stages in order
 * @param records how many training pairs there are
 */
record StepsAhead(List<StageSpec> stages, long records) {
  /** Of all stages, those that were taken included; 0 where nothing can be said. */
  long total(TrainingState state) {
    long total = state.step() - state.stageStep();
    for (int i = state.stage(); i < stages.size(); i++) {
      long steps = expected(state, i);
      if (steps == 0) {
        return 0;
      }
      total += steps;
    }
    return total;
  }

  /** Pairs that the stage has yet to take, one at least; 0 where nobody knows. */
  long pairsLeft(TrainingState state) {
    long steps = expected(state, state.stage());
    int batchSize = stages.get(state.stage()).batchSize();
    return steps == 0 ? 0 : Math.max(1, (steps - state.stageStep()) * batchSize);
  }

  /** How far the stage has come. */
  StageProgress progress(TrainingState state) {
    StageSpec spec = stages.get(state.stage());
    return new StageProgress(
        state.stageStep(), spec.steps(records), spec.end().timeShare(state.stageSeconds()));
  }

  private long expected(TrainingState state, int index) {
    StageSpec spec = stages.get(index);
    long most = spec.steps(records);
    if (spec.end().duration().isEmpty()) {
      return most;
    }
    double share = index == state.stage() ? spec.end().timeShare(state.stageSeconds()) : 0;
    double pace = state.step() == 0 ? 0 : state.seconds() / state.step();
    double seconds = spec.end().duration().get().toMillis() / 1000.0;
    double byTime =
        share > 0 ? state.stageStep() / share : pace > 0 ? Math.max(1, seconds / pace) : 0;
    return most > 0 && byTime > 0
        ? Math.min(most, Math.round(byTime))
        : Math.max(most, Math.round(byTime));
  }
}
