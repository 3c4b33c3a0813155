package dev.lockstep.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Whether the recall of one model is really higher than that of another, or by the luck of the test
 * queries (Efron and Tibshirani 1993, chapter 13; paired, as in Koehn 2004). The same queries are
 * drawn again and again, with replacement, and both models are scored on what was drawn. Where a
 * model was trained with several seeds, those are drawn again as well: the difference must then
 * also stand above the luck of the seed.
 */
public final class PairedBootstrap {
  private static final int SAMPLES = 5_000;

  /** The share of the samples that the interval leaves out, half on each side. */
  private static final double OUTSIDE = 0.05;

  private PairedBootstrap() {}

  /**
   * How much higher the first model's recall is.
   *
   * @param difference in recall, -1 to 1
   * @param low where 95% of the samples begin
   * @param high where they end
   * @param pValue how often a sample, and its mirror image, shows no difference or the opposite
   */
  public record Difference(double difference, double low, double high, double pValue) {
    /** Whether the interval leaves out 0. */
    public boolean isReal() {
      return low > 0 || high < 0;
    }
  }

  /**
   * Compares two models on the queries that both were scored on.
   *
   * @param first for each seed of the first model, the rank of each query, by its key
   * @param second the same of the second model
   * @param k the k of the recall
   * @throws IllegalArgumentException if there is no seed, or two have not the same queries
   */
  public static Difference recallAt(
      int k, List<Map<String, Integer>> first, List<Map<String, Integer>> second) {
    List<String> queries = List.copyOf(first.get(0).keySet());
    return compare(hits(k, first, queries), hits(k, second, queries), new SplittableRandom(1));
  }

  /**
   * @param first [seeds][queries], 1 for a query that was answered and 0 for one that was not
   */
  static Difference compare(double[][] first, double[][] second, SplittableRandom random) {
    int queries = first[0].length;
    double[] samples = new double[SAMPLES];
    double[] byQuery = new double[queries];
    boolean severalSeeds = first.length > 1 || second.length > 1;
    meanDifference(first, all(first.length), second, all(second.length), byQuery);
    double difference = Arrays.stream(byQuery).sum() / queries;
    for (int s = 0; s < SAMPLES; s++) {
      if (severalSeeds) {
        int[] ofFirst = drawn(first.length, random);
        int[] ofSecond = drawn(second.length, random);
        meanDifference(first, ofFirst, second, ofSecond, byQuery);
      }
      double sum = 0;
      for (int i = 0; i < queries; i++) {
        sum += byQuery[random.nextInt(queries)];
      }
      samples[s] = sum / queries;
    }
    Arrays.sort(samples);
    int below = (int) (SAMPLES * OUTSIDE / 2);
    return new Difference(
        difference, samples[below], samples[SAMPLES - 1 - below], pValue(samples));
  }

  private static double pValue(double[] samples) {
    // Sums of the same thirds in another order differ in their last bit.
    double nothing = 1e-12;
    long atMost = Arrays.stream(samples).filter(d -> d <= nothing).count();
    long atLeast = Arrays.stream(samples).filter(d -> d >= -nothing).count();
    // With the observed one among them, no difference is certain (Davison and Hinkley 1997, 4.2).
    return Math.min(1, 2.0 * (Math.min(atMost, atLeast) + 1) / (samples.length + 1));
  }

  private static void meanDifference(
      double[][] first, int[] ofFirst, double[][] second, int[] ofSecond, double[] result) {
    Arrays.fill(result, 0);
    add(first, ofFirst, 1.0 / ofFirst.length, result);
    add(second, ofSecond, -1.0 / ofSecond.length, result);
  }

  private static void add(double[][] hits, int[] seeds, double weight, double[] result) {
    for (int seed : seeds) {
      for (int i = 0; i < result.length; i++) {
        result[i] += weight * hits[seed][i];
      }
    }
  }

  private static int[] all(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private static int[] drawn(int count, SplittableRandom random) {
    int[] drawn = new int[count];
    Arrays.setAll(drawn, i -> random.nextInt(count));
    return drawn;
  }

  private static double[][] hits(int k, List<Map<String, Integer>> seeds, List<String> queries) {
    return seeds.stream()
        .map(
            ranks -> {
              if (ranks.size() != queries.size() || !ranks.keySet().containsAll(queries)) {
                throw new IllegalArgumentException("the models were scored on different queries");
              }
              return queries.stream().mapToDouble(q -> ranks.get(q) <= k ? 1 : 0).toArray();
            })
        .toArray(double[][]::new);
  }
}
