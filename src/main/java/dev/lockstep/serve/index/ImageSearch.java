package dev.lockstep.serve.index;

import java.util.List;

/** Finds the nearest embeddings. Several threads may ask at once. */
interface ImageSearch {
  /**
   * An embedding that was found.
   *
   * @param score the cosine
   */
  record Hit(int row, float score) {}

  /**
   * @param query of length 1
   * @return the k nearest (all, if there are fewer), the nearest first
   */
  List<Hit> nearest(float[] query, int k);
}
