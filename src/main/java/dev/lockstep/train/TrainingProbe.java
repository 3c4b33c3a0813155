package dev.lockstep.train;

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
  private final StageGraph graph;
  private final InputPipeline input;
  private final Runnable reset;
  private long steps;

  TrainingProbe(Session session, StageGraph graph, InputPipeline input, Runnable reset) {
    this.session = session;
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
    return new FixedBatch(session, input.next(), most);
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
}
