package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.percent;

import dev.lockstep.data.Encoding;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.input.AugmentSpec;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.input.InputSpec;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import java.util.Locale;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * Which part of the input a training waits for.
 *
 * @param withoutChanges seconds for a batch that is read and decoded only
 * @param whole seconds for a batch that is augmented too
 */
public record InputCheck(double withoutChanges, double whole) {
  private static final int BATCHES = 10;

  /** Reads some batches, with nobody computing. */
  public static InputCheck of(
      PreparedDataset data, InputSpec input, int imageSize, int batch, Device device) {
    return new InputCheck(
        seconds(data, input.withAugment(AugmentSpec.NONE), imageSize, batch, device),
        seconds(data, input, imageSize, batch, device));
  }

  private static double seconds(
      PreparedDataset data, InputSpec input, int imageSize, int batch, Device device) {
    try (Graph graph = new Graph()) {
      BatchIterator iterator = new BatchIterator(Ops.create(graph), imageSize);
      InputPipeline pipeline = InputPipeline.training(iterator, data, input, batch, 0);
      // The iterator is closed first, for it reads ahead in this session.
      try (Session session = new Session(graph, device.sessionConfig());
          iterator) {
        pipeline.start(session, 0);
        session.run(iterator.next().images());
        long start = System.nanoTime();
        for (int i = 0; i < BATCHES; i++) {
          session.run(iterator.next().images());
        }
        return (System.nanoTime() - start) * 1e-9 / BATCHES;
      }
    }
  }

  /** For a reader. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "input alone: %.0f ms a batch, of which %.0f ms go into input.augment",
        1e3 * whole,
        1e3 * Math.max(0, whole - withoutChanges));
  }

  /**
   * The finding that a training waits, with its cause.
   *
   * @param share of the time
   */
  public Finding finding(double share, PreparedDataset data) {
    boolean changes = whole > 2 * withoutChanges;
    return new Finding(
        "waiting-for-input",
        Severity.WARNING,
        percent(share) + " of the time is spent waiting for input; " + describe(),
        share,
        changes
            ? "draw fewer changes in input.augment, or raise input.parallelism"
            : "%s, raise input.parallelism and input.prefetch"
                .formatted(
                    data.encoding() == Encoding.RAW
                        ? "put data.prepared on a faster disk"
                        : "set data.encoding = raw or a smaller data.store-size"));
  }
}
