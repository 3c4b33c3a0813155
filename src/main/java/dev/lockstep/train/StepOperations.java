package dev.lockstep.train;

import dev.lockstep.input.BatchLayout;
import dev.lockstep.tensorflow.OperationCounter;
import java.util.OptionalDouble;
import org.tensorflow.Graph;

/** Counts what a stage's step computes. */
final class StepOperations {
  private StepOperations() {}

  /**
   * The floating-point operations of a step for each of its pairs, as {@link OperationCounter}
   * counts them; of a stage with several phases the mean, and nothing where the graph does not
   * tell.
   *
   * @param imageSize pixels of a side
   * @param textTokens the length of a text
   */
  static OptionalDouble perPair(Graph graph, TrainingStage stage, int imageSize, long textTokens) {
    int batch = stage.spec().batchSize();
    BatchLayout pairs = BatchLayout.pairs(imageSize);
    double hidden = stage.spec().objective().objective().inputs(pairs).maskRate();
    long picked = Math.round(batch * textTokens * hidden);
    int images = batch / stage.spec().captionsPerImage();
    try (OperationCounter counter =
        new OperationCounter(graph, batch, images, textTokens, picked)) {
      return stage.graph().targets().stream()
          .map(counter::of)
          .mapToDouble(all -> all.isPresent() ? (double) all.getAsLong() / batch : Double.NaN)
          .average()
          .stream()
          .filter(Double::isFinite)
          .findFirst();
    }
  }
}
