package dev.lockstep.train;

import dev.lockstep.config.Block;
import java.time.Duration;
import java.util.Optional;

/**
 * When a stage ends: after some steps, passes over the data, a time, or when its score has stopped
 * rising, whichever comes first of those that are given.
 *
 * @param epochs passes over the training pairs; 0 for no limit
 * @param steps 0 for no limit
 * @param duration from the stage's first step on, evaluations and checkpoints included, while the
 *     process is down not
 * @param patience how many evaluations in a row may pass without a score above the stage's best; 0
 *     for no limit
 * @param atMost steps of the short form
 */
public record StageEnd(
    double epochs, long steps, Optional<Duration> duration, int patience, long atMost) {

  /** What ended a stage. */
  public enum Reason {
    STEPS("it had all its steps"),
    DURATION("its time is over"),
    PATIENCE("its score has stopped rising");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /** As the end of a sentence that begins with the stage. */
    public String words() {
      return words;
    }
  }

  static StageEnd from(Block block) {
    double epochs = block.has("epochs") ? block.number("epochs", Double.MIN_NORMAL, 1e6) : 0;
    long steps = block.has("steps") ? block.integer("steps", 1, Integer.MAX_VALUE) : 0;
    Optional<Duration> duration =
        block.has("duration")
            ? Optional.of(block.duration("duration", Duration.ZERO))
            : Optional.empty();
    block.check(
        duration.isEmpty() || duration.get().toMillis() > 0, "duration", "a time above 0, as 30m");
    int patience = block.has("patience") ? block.integer("patience", 1, 1_000_000) : 0;
    StageEnd end = new StageEnd(epochs, steps, duration, patience, Long.MAX_VALUE);
    block.check(
        epochs > 0 || steps > 0 || duration.isPresent() || patience > 0,
        "epochs",
        "an end for the stage: epochs, steps, duration or patience, or several of them");
    return end;
  }

  /**
   * How many steps the stage takes at most, one at least; 0 where that is not known.
   *
   * @param pairs in the training data
   */
  public long steps(long pairs, int batchSize) {
    long limit = atMost;
    if (steps > 0) {
      limit = Math.min(limit, steps);
    }
    if (epochs > 0) {
      limit = Math.min(limit, Math.max(1, Math.round(epochs * pairs / batchSize)));
    }
    return limit == Long.MAX_VALUE ? 0 : limit;
  }

  /** Whether how much of the stage is done can be said before it ends. */
  boolean isForeseen() {
    return steps > 0 || epochs > 0 || duration.isPresent();
  }

  /** The same, but ended after some steps. */
  StageEnd atMost(long limit) {
    return new StageEnd(epochs, steps, duration, patience, limit);
  }

  /**
   * The share of the time that is used, 0 to 1; 0 without a limit.
   *
   * @param seconds that the stage has taken
   */
  double timeShare(double seconds) {
    return duration.map(d -> Math.min(1, seconds / (d.toMillis() / 1000.0))).orElse(0.0);
  }

  /**
   * What ends the stage now, if anything does.
   *
   * @param state after a step, and after the evaluation that it was due
   */
  Optional<Reason> reached(TrainingState state, long pairs, int batchSize) {
    long limit = steps(pairs, batchSize);
    if (limit > 0 && state.stageStep() >= limit) {
      return Optional.of(Reason.STEPS);
    }
    if (duration.isPresent() && timeShare(state.stageSeconds()) >= 1) {
      return Optional.of(Reason.DURATION);
    }
    return patience > 0 && state.evaluationsWithoutRise() >= patience
        ? Optional.of(Reason.PATIENCE)
        : Optional.empty();
  }
}
