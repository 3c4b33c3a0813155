package dev.lockstep.train;

import java.util.Map;

/** Shows listeners where a training stands. */
record TrainingViews(StepsAhead ahead) {
  StageView stage(TrainingStage stage, TrainingState state) {
    StageSpec spec = stage.spec();
    return new StageView(
        spec.name(),
        spec.strategy().name(),
        state.stage(),
        ahead.stages().size(),
        spec.steps(ahead.records()),
        state.stageStep(),
        ahead.total(state),
        spec.batchSize(),
        spec.captionsPerImage(),
        spec.objective().objective().chanceName(),
        stage.graph().trainedParameters(ahead.progress(state)));
  }

  /**
   * A step that was taken.
   *
   * @param state after the step
   * @param seconds that it took
   * @param rates by tower, with which it was taken
   */
  StepView step(
      StageSpec spec,
      TrainingState state,
      double seconds,
      Map<String, Double> rates,
      StepGraph.Measured measured) {
    return new StepView(
        spec.name(),
        state.step(),
        state.stageStep(),
        ahead.total(state),
        ahead.progress(state).done(),
        state.examples(),
        (double) state.stageStep() * spec.batchSize() / ahead.records(),
        state.seconds(),
        seconds,
        measured.waitSeconds(),
        measured.loss(),
        measured.floor(),
        measured.chance(),
        spec.batchSize(),
        rates,
        measured.gradientNorms(),
        measured.logitScale(),
        measured.signals());
  }

  StageEndView stageEnd(StageSpec spec, TrainingState state, StageEnd.Reason reason) {
    return new StageEndView(
        spec.name(), state.stage(), state.step(), state.stageStep(), state.stageSeconds(), reason);
  }
}
