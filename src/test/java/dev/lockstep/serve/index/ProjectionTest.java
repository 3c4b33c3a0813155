package dev.lockstep.serve.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectionTest {
  @Test
  void findsTheDirectionsOfLargestVariance() {
    // Along (0.6, 0.8, 0) by ±10, along (0.8, -0.6, 0) by ±1; the mean is (1, 2, 3).
    List<float[]> points =
        List.of(
            new float[] {1 + 6, 2 + 8, 3},
            new float[] {1 - 6, 2 - 8, 3},
            new float[] {1 + 0.8f, 2 - 0.6f, 3},
            new float[] {1 - 0.8f, 2 + 0.6f, 3});

    Projection projection = Projection.of(points);

    // Variances 2 * 100 / 4 = 50 and 2 * 1 / 4 = 0.5.
    assertThat(projection.shares()[0]).isCloseTo(50 / 50.5, within(1e-6));
    assertThat(projection.shares()[1]).isCloseTo(0.5 / 50.5, within(1e-6));
    assertThat(projection.points()[0]).containsExactly(new double[] {10, 0}, within(1e-4));
    assertThat(projection.points()[1]).containsExactly(new double[] {-10, 0}, within(1e-4));
    assertThat(projection.points()[2]).containsExactly(new double[] {0, 1}, within(1e-4));
  }

  @Test
  void pointsThatAreAllTheSameLieInTheMiddle() {
    Projection projection = Projection.of(List.of(new float[] {1, 2}, new float[] {1, 2}));
    assertThat(projection.points()[1]).containsExactly(new double[] {0, 0}, within(1e-9));
    assertThat(projection.shares()[0]).isZero();
  }
}
