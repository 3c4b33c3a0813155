package dev.lockstep.serve.index;

import java.util.List;

/**
 * Principal components: the two directions along which points differ most, found by power iteration
 * on the covariance. The same points always give the same picture.
 *
 * @param shares of the variance that each of the two directions explains, 0 to 1
 * @param points [2] for each point, centred
 */
public record Projection(double[] shares, double[][] points) {
  private static final int MOST_ITERATIONS = 500;
  private static final double STILL = 1e-12;

  /**
   * @param points one at least, all of one dimension
   */
  public static Projection of(List<float[]> points) {
    int dimension = points.get(0).length;
    double[] mean = new double[dimension];
    for (float[] point : points) {
      for (int i = 0; i < dimension; i++) {
        mean[i] += point[i] / (double) points.size();
      }
    }
    double[][] covariance = covariance(points, mean);
    double total = 0;
    for (int i = 0; i < dimension; i++) {
      total += covariance[i][i];
    }
    double[][] directions = new double[2][];
    double[] shares = new double[2];
    for (int component = 0; component < 2; component++) {
      double[] direction = leading(covariance, component);
      double variance = dot(direction, times(covariance, direction));
      shares[component] = total > 0 ? Math.max(0, variance / total) : 0;
      deflate(covariance, direction, variance);
      directions[component] = direction;
    }
    double[][] placed = new double[points.size()][2];
    for (int p = 0; p < placed.length; p++) {
      for (int component = 0; component < 2; component++) {
        for (int i = 0; i < dimension; i++) {
          placed[p][component] += (points.get(p)[i] - mean[i]) * directions[component][i];
        }
      }
    }
    return new Projection(shares, placed);
  }

  private static double[][] covariance(List<float[]> points, double[] mean) {
    int dimension = mean.length;
    double[][] covariance = new double[dimension][dimension];
    double[] centred = new double[dimension];
    for (float[] point : points) {
      for (int i = 0; i < dimension; i++) {
        centred[i] = point[i] - mean[i];
      }
      for (int i = 0; i < dimension; i++) {
        double[] row = covariance[i];
        double scaled = centred[i] / points.size();
        for (int j = 0; j <= i; j++) {
          row[j] += scaled * centred[j];
        }
      }
    }
    for (int i = 0; i < dimension; i++) {
      for (int j = 0; j < i; j++) {
        covariance[j][i] = covariance[i][j];
      }
    }
    return covariance;
  }

  /** The direction of the largest variance; its largest component is positive. */
  private static double[] leading(double[][] matrix, int component) {
    double[] direction = new double[matrix.length];
    for (int i = 0; i < direction.length; i++) {
      // Any start will do that is not perpendicular to the answer.
      direction[i] = Math.sin(1.0 + i * (component + 1.37));
    }
    normalize(direction);
    for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      double[] next = times(matrix, direction);
      normalize(next);
      double moved = 1 - Math.abs(dot(next, direction));
      direction = next;
      if (moved < STILL) {
        break;
      }
    }
    int largest = 0;
    for (int i = 1; i < direction.length; i++) {
      largest = Math.abs(direction[i]) > Math.abs(direction[largest]) ? i : largest;
    }
    if (direction[largest] < 0) {
      for (int i = 0; i < direction.length; i++) {
        direction[i] = -direction[i];
      }
    }
    return direction;
  }

  private static void deflate(double[][] matrix, double[] direction, double variance) {
    for (int i = 0; i < direction.length; i++) {
      for (int j = 0; j < direction.length; j++) {
        matrix[i][j] -= variance * direction[i] * direction[j];
      }
    }
  }

  private static double[] times(double[][] matrix, double[] vector) {
    double[] product = new double[vector.length];
    for (int i = 0; i < vector.length; i++) {
      product[i] = dot(matrix[i], vector);
    }
    return product;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void normalize(double[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    for (int i = 0; i < vector.length && length > 0; i++) {
      vector[i] /= length;
    }
  }
}
