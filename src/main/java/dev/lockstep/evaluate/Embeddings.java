package dev.lockstep.evaluate;

import dev.lockstep.error.RunFailedException;

/**
 * Embeddings of images or of texts, of length 1 each, so that a product of two is their cosine.
 *
 * @param values [count, dimension], row by row
 */
public record Embeddings(float[] values, int count, int dimension) {
  public Embeddings {
    if (count < 1 || dimension < 1 || values.length != (long) count * dimension) {
      throw new IllegalArgumentException(
          values.length + " values are not [" + count + ", " + dimension + "]");
    }
  }

  /** From one row for each embedding. */
  public static Embeddings of(float[][] rows) {
    int dimension = rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, dimension)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * dimension, dimension);
    }
    return new Embeddings(values, rows.length, dimension);
  }

  /** The embeddings at these places, in this order: the distinct ones of a {@link PairSet}. */
  public Embeddings select(int[] rows) {
    float[] selected = new float[Math.multiplyExact(rows.length, dimension)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * dimension, selected, i * dimension, dimension);
    }
    return new Embeddings(selected, rows.length, dimension);
  }

  /** A NaN is below every other number in a comparison, and so would pass for a perfect score. */
  void checkFinite(String kind) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new RunFailedException(
            "the embedding of %s %d of %d holds %s, so nothing can be ranked"
                .formatted(kind, i / dimension + 1, count, values[i]),
            "the weights have probably diverged: go back to an earlier checkpoint and lower the"
                + " learning rate");
      }
    }
  }
}
