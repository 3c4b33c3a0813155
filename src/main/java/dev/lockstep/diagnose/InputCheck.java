package dev.lockstep.diagnose;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.input.AugmentSpec;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.input.InputSpec;
import dev.lockstep.input.InputTimes;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.train.Finding;
import dev.lockstep.train.StepView;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * What a batch costs with nobody computing: what it waits for to be read, then for the graph to
 * decode it, then for its random changes.
 *
 * @param reading seconds a batch, originals decoded and resized included
 * @param decoding seconds
 * @param changes seconds
 */
public record InputCheck(double reading, double decoding, double changes) {
  private static final int BATCHES = 10;

  /** Reads some batches. */
  public static InputCheck of(
      PreparedDataset data, InputSpec input, int imageSize, int batch, Device device) {
    Cost plain = cost(data, input.withAugment(AugmentSpec.NONE), imageSize, batch, device);
    double changes =
        input.augment().isNone()
            ? 0
            : Math.max(0, cost(data, input, imageSize, batch, device).whole - plain.whole);
    double reading = Math.min(plain.whole, plain.starved);
    return new InputCheck(reading, plain.whole - reading, changes);
  }

  /** Seconds for a batch, and those of them in which no records were there. */
  private record Cost(double whole, double starved) {}

  private static Cost cost(
      PreparedDataset data, InputSpec input, int imageSize, int batch, Device device) {
    try (Graph graph = new Graph()) {
      BatchIterator iterator = new BatchIterator(Ops.create(graph), imageSize);
      InputPipeline pipeline = InputPipeline.training(iterator, data, input, batch, 0);
      // The iterator is closed first, for it reads ahead in this session.
      try (Session session = new Session(graph, device.sessionConfig());
          iterator) {
        pipeline.start(session, 0);
        session.run(iterator.next().images());
        InputTimes before = pipeline.times();
        long start = System.nanoTime();
        for (int i = 0; i < BATCHES; i++) {
          session.run(iterator.next().images());
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new Cost(
            seconds / BATCHES, pipeline.times().since(before).starvedSeconds() / BATCHES);
      }
    }
  }

  /** For a reader. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "input alone: %.0f ms a batch, of which %.0f ms are spent reading, %.0f ms decoding and"
            + " %.0f ms on input.augment",
        1e3 * (reading + decoding + changes),
        1e3 * reading,
        1e3 * decoding,
        1e3 * changes);
  }

  /**
   * The finding that a training waits, with its cause.
   *
   * @param share of the time
   * @param steps that were taken
   */
  public Finding finding(double share, List<StepView> steps, InputPlan plan) {
    InputWait parts = InputWait.of(steps);
    return InputRules.waiting(
        share, parts.describe() + "; " + describe(), parts, Optional.of(plan));
  }
}
