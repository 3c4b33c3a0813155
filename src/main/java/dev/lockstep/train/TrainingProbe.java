package dev.lockstep.train;

import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import java.util.Map;
import org.tensorflow.Session;

/**
 * Tries things out on the graph of a training's first stage, with weights that are thrown away
 * afterwards.
 */
public final class TrainingProbe {
  /** What a step told. */
  public record Tried(double loss, double floor, double chance) {}

  private final Session session;
  private final BatchIterator iterator;
  private final StageGraph graph;
  private final InputPipeline input;
  private final Runnable reset;
  private long steps;

  TrainingProbe(
      Session session,
      BatchIterator iterator,
      StageGraph graph,
      InputPipeline input,
      Runnable reset) {
    this.session = session;
    this.iterator = iterator;
    this.graph = graph;
    this.input = input;
    this.reset = reset;
  }

  /** Gives all variables and the optimizer their first values. */
  public void reset() {
    reset.run();
    steps = 0;
  }

  /**
   * The first batch of the training data.
   *
   * @param most how many of its examples to keep
   */
  public FixedBatch batch(int most) {
    input.start(session, 0);
    return new FixedBatch(session, iterator.next(), most);
  }

  /**
   * A step on a batch.
   *
   * @param rates the learning rates of image, text and shared
   */
  public Tried step(FixedBatch batch, Map<String, Double> rates) {
    StepGraph.Measured measured =
        graph.step(session, steps++, StageProgress.ofSteps(0, 0), rates, batch);
    return new Tried(measured.loss(), measured.floor(), measured.chance());
  }

  /**
   * How long a batch takes when nobody computes with it, in seconds.
   *
   * @param batches how many to read
   */
  public double secondsPerBatch(int batches) {
    input.start(session, 0);
    session.run(iterator.next().images());
    long start = System.nanoTime();
    for (int i = 0; i < batches; i++) {
      session.run(iterator.next().images());
    }
    return (System.nanoTime() - start) * 1e-9 / batches;
  }
}
