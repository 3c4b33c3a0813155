package dev.lockstep.train;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.input.StoredFeatures;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;

/**
 * A stage with its part of the graph and its own order of the data. Where it holds a tower fixed,
 * it has two: one that runs that tower, and one that reads what the tower would give.
 */
final class TrainingStage implements AutoCloseable {
  /**
   * A way from the data to a step.
   *
   * @param input what the batches come from
   */
  record Way(StageGraph graph, InputPipeline input) {
    /** As {@link StepGraph#makeReady}, its input too. */
    void makeReady(Session session) {
      input.makeReady(session);
      graph.makeReady(session);
    }

    /** As {@link StepGraph#warmUp}, with the largest batch that there may be. */
    void warmUp(Session session) {
      try (FixedBatch blank =
          FixedBatch.blank(input.next(), input.batchSize(), input.longestText())) {
        graph.warmUp(session, blank);
      }
    }
  }

  private final StageSpec spec;
  private final Way whole;
  private final Optional<Way> stored;
  private final FeatureCache cache;
  private Way taken;
  private boolean ready;

  /**
   * @param stored the way with stored features, if there is one
   */
  TrainingStage(StageSpec spec, Way whole, Optional<Way> stored, FeatureCache cache) {
    this.spec = spec;
    this.whole = whole;
    this.stored = stored;
    this.cache = cache;
    this.taken = whole;
  }

  StageSpec spec() {
    return spec;
  }

  /** Of the way that is taken. */
  StageGraph graph() {
    return taken.graph();
  }

  /** Of the way that is taken. */
  InputPipeline input() {
    return taken.input();
  }

  /**
   * Begins to read batches.
   *
   * @param steps that are taken
   * @param left pairs that are still to be taken; 0 where nobody knows
   * @param stop asked while features are computed
   * @param tell where a line about stored features goes
   * @return whether it began; false where a stop was asked for meanwhile
   */
  boolean start(
      Session session, long steps, long left, BooleanSupplier stop, Consumer<String> tell) {
    boolean[] stopped = {false};
    BooleanSupplier asked = () -> stopped[0] || (stopped[0] = stop.getAsBoolean());
    Optional<StoredFeatures> features =
        stored.flatMap(way -> cache.find(session, left, asked, tell));
    if (stopped[0]) {
      return false;
    }
    taken = features.isPresent() ? stored.orElseThrow() : whole;
    taken.input().start(session, steps * spec.batchSize(), features.orElse(StoredFeatures.NONE));
    return true;
  }

  /**
   * As {@link StepGraph#makeReady}, for whichever way is taken, and {@link StepGraph#warmUp}; where
   * there are two ways, only for the one that takes less memory.
   *
   * @throws RunFailedException if a step does not fit into the memory
   */
  void makeReady(Session session) {
    stored.ifPresent(way -> way.makeReady(session));
    whole.makeReady(session);
    warmUp(session, stored.orElse(whole));
  }

  /**
   * The same for a stage that has begun, where more phases are to come.
   *
   * @return whether there was anything to do
   */
  boolean makePhasesReady(Session session) {
    if (ready || !taken.graph().hasPhases()) {
      return false;
    }
    taken.graph().makeReady(session);
    warmUp(session, taken);
    return true;
  }

  private void warmUp(Session session, Way way) {
    try {
      way.warmUp(session);
      ready = true;
    } catch (TFResourceExhaustedException e) {
      throw explain(e);
    }
  }

  /**
   * What to throw when a run of the stage failed: where the memory was too small or a shard is
   * damaged, an error that says so; otherwise the failure itself.
   */
  RuntimeException explain(RuntimeException failure) {
    if (failure instanceof TFResourceExhaustedException) {
      return new RunFailedException(
          "stage %s: a step of %d pairs does not fit into the memory: %s"
              .formatted(
                  spec.name(),
                  spec.microBatch().isWhole() ? spec.batchSize() : spec.microBatch().size(),
                  failure.getMessage().lines().findFirst().orElse("")),
          "lower its micro-batch-size, in which a batch goes through the towers part by part, or"
              + " its batch-size",
          failure);
    }
    return taken.input().explain(failure);
  }

  @Override
  public void close() {
    cache.close();
  }
}
