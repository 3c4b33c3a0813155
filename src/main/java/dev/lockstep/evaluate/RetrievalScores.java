package dev.lockstep.evaluate;

import java.util.SortedMap;

/**
 * How well each side finds the other.
 *
 * @param pairs rows that were scored
 * @param images different images
 * @param texts different captions
 */
public record RetrievalScores(
    int pairs, int images, int texts, Direction textToImage, Direction imageToText) {

  /**
   * One direction.
   *
   * @param recallAt for each k, the share of queries with a right answer among the first k, 0 to 1
   * @param meanRank mean over the queries of the rank of the best right answer, from 1
   * @param medianRank the median of the same
   */
  public record Direction(
      SortedMap<Integer, Double> recallAt, double meanRank, double medianRank) {}
}
