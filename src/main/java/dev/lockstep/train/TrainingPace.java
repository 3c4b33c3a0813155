package dev.lockstep.train;

import java.time.Duration;
import java.util.Optional;

/** How a stage goes: loss, speed and waiting, smoothed over the last steps. */
final class TrainingPace {
  /** The share that stays of the past at each step: about 20 and 50 steps count. */
  private static final double LOSS_MEMORY = 0.95;

  private static final double RATE_MEMORY = 0.98;

  private long steps;
  private double lossWeight;
  private double loss;
  private double floor;
  private double chance;
  private double pairs;
  private double seconds;
  private double waitSeconds;
  private double rateWeight;
  private StepView last;

  void add(StepView step) {
    lossWeight = lossWeight * LOSS_MEMORY + 1;
    loss = loss * LOSS_MEMORY + step.loss();
    floor = floor * LOSS_MEMORY + step.floor();
    chance = chance * LOSS_MEMORY + step.chance();
    // The first step of a process also optimises the graph, which says nothing of the others.
    double memory = steps == 1 ? 0 : RATE_MEMORY;
    rateWeight = rateWeight * memory + 1;
    pairs = pairs * memory + step.batchSize();
    seconds = seconds * memory + step.stepSeconds();
    waitSeconds = waitSeconds * memory + step.waitSeconds();
    steps++;
    last = step;
  }

  StepView last() {
    return last;
  }

  double loss() {
    return loss / lossWeight;
  }

  double floor() {
    return floor / lossWeight;
  }

  double chance() {
    return chance / lossWeight;
  }

  double pairsPerSecond() {
    return seconds > 0 ? pairs / seconds : 0;
  }

  /** The share of the time that waited for input, 0 to 1. */
  double waitShare() {
    return seconds > 0 ? waitSeconds / seconds : 0;
  }

  /**
   * Time for all steps of the experiment that are left, at the pace of this stage; nothing where
   * their number is not known.
   */
  Optional<Duration> left() {
    if (last.totalSteps() == 0) {
      return Optional.empty();
    }
    double left = (last.totalSteps() - last.step()) * seconds / rateWeight;
    return Optional.of(Duration.ofMillis(Math.round(1000 * left)));
  }
}
