package dev.lockstep.train;

import dev.lockstep.input.InputTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;

/** Takes the steps of a training, and counts steps and time. */
final class TrainingSteps {
  private final Session session;
  private final TrainingSetup setup;
  private final StepsAhead ahead;
  private final TrainingViews views;
  private final WaitShares waits = new WaitShares();
  private TrainingState state;
  private double rateFactor = 1;
  private long clock;
  private long lastEnd;

  TrainingSteps(
      Session session,
      TrainingSetup setup,
      StepsAhead ahead,
      TrainingViews views,
      TrainingState state) {
    this.session = session;
    this.setup = setup;
    this.ahead = ahead;
    this.views = views;
    this.state = state;
  }

  /** Where the training stands. */
  TrainingState state() {
    return state;
  }

  void goOnFrom(TrainingState other) {
    state = other;
  }

  /** Multiplies all learning rates from now on. */
  void multiplyRates(double factor) {
    rateFactor *= factor;
  }

  /** From now on time counts for the stage. */
  void startClock() {
    clock = System.nanoTime();
  }

  /** When the last step ended, by {@link System#nanoTime}. */
  long lastEnd() {
    return lastEnd;
  }

  /** Why a stage is over, if it is. */
  Optional<StageEnd.Reason> end(TrainingStage stage) {
    long now = System.nanoTime();
    state = state.afterTime((now - clock) * 1e-9);
    clock = now;
    return stage.spec().end().reached(state, setup.training().records(), stage.spec().batchSize());
  }

  /** Takes one. */
  StepView take(TrainingStage stage) {
    StageSpec spec = stage.spec();
    StageProgress progress = ahead.progress(state);
    Map<String, Double> rates = spec.optimizer().schedule().rates(progress);
    rates.replaceAll((tower, rate) -> rateFactor * rate);
    boolean watched = setup.watch().isDue(state.stageStep());
    InputTimes before = stage.input().times();
    long start = System.nanoTime();
    StepGraph.Measured measured;
    try {
      measured = stage.graph().step(session, state.step(), progress, rates, watched);
    } catch (TFInvalidArgumentException | TensorFlowException e) {
      throw stage.explain(e);
    }
    lastEnd = System.nanoTime();
    double seconds = (lastEnd - start) * 1e-9;
    waits.add(seconds, measured.waitSeconds(), stage.input().times().since(before));
    if (watched) {
      measured = measured.with(waits.take());
    }
    state = state.afterStep(spec.batchSize(), seconds);
    return views.step(spec, state, seconds, rates, measured);
  }

  /**
   * Takes the first steps of a stage, until one is not finite or the stage is over.
   *
   * @param enough asked after each step whether to end
   */
  List<StepView> first(TrainingStage stage, Consumer<StepView> told, Predicate<StepView> enough) {
    stage.input().start(session, 0);
    startClock();
    List<StepView> taken = new ArrayList<>();
    StepView step;
    do {
      step = take(stage);
      taken.add(step);
      told.accept(step);
    } while (step.isFinite() && end(stage).isEmpty() && !enough.test(step));
    return taken;
  }
}
