package dev.lockstep.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * One channel with the values 1, 2, 3, 6: mean 3, variance 14/4 over n and 14/3 over n - 1. PyTorch
 * normalizes by the first and lets a tenth of the second into the running variance.
 */
class BatchNormTest {
  private static final float[][][][] GRIDS = {{{{1}, {2}}}, {{{3}, {6}}}};

  @Test
  void trainingNormalizesByTheBatch() {
    try (LayerGraph graph = LayerGraph.training(0, BatchNormTest::norm)) {
      assertThat(graph.output())
          .containsExactly(new float[] {-1.069043f, -0.534522f, 0, 1.603565f}, within(1e-5f));
    }
  }

  @Test
  void runningStatisticsFollowTheBatches() {
    try (LayerGraph graph = LayerGraph.training(0, BatchNormTest::norm)) {
      graph.update();
      assertThat(graph.variables().get("image/norm/running-mean"))
          .containsExactly(new float[] {0.3f}, within(1e-6f));
      assertThat(graph.variables().get("image/norm/running-variance"))
          .containsExactly(new float[] {1.3666667f}, within(1e-6f));
      graph.update();
      assertThat(graph.variables().get("image/norm/running-mean"))
          .containsExactly(new float[] {0.57f}, within(1e-6f));
    }
  }

  @Test
  void evaluationNormalizesByTheRunningStatistics() {
    try (LayerGraph training = LayerGraph.training(0, BatchNormTest::norm);
        LayerGraph evaluation = LayerGraph.evaluation(BatchNormTest::norm)) {
      training.update();
      evaluation.set(training.variables());
      assertThat(evaluation.output()) // (x - 0.3) / 1.169045
          .containsExactly(new float[] {0.598779f, 1.454176f, 2.309574f, 4.875767f}, within(2e-5f));
    }
  }

  private static Operand<TFloat32> norm(Layers layers) {
    return BatchNorm.apply(layers, "norm", layers.tf().constant(GRIDS), 1);
  }
}
