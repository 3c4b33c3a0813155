package dev.lockstep.report;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Curves of long runs, made light enough for a page and smooth enough for the eye. */
final class Curves {
  private Curves() {}

  /**
   * Which points to keep so that all curves, which share their x, still show every peak and dip:
   * the least and the greatest of each curve in each of as many equal parts as fit.
   *
   * @param curves [curves][points]; NaN where a curve has no value
   * @return places in the curves, ascending, at most {@code limit}
   */
  static int[] keep(List<double[]> curves, int limit) {
    int points = curves.get(0).length;
    if (points <= limit) {
      int[] all = new int[points];
      Arrays.setAll(all, i -> i);
      return all;
    }
    int parts = Math.max(1, (limit - 2) / (2 * curves.size()));
    TreeSet<Integer> kept = new TreeSet<>(List.of(0, points - 1));
    for (int part = 0; part < parts; part++) {
      int from = (int) ((long) points * part / parts);
      int to = (int) ((long) points * (part + 1) / parts);
      for (double[] curve : curves) {
        int least = from;
        int greatest = from;
        for (int i = from + 1; i < to; i++) {
          least = curve[i] < curve[least] || Double.isNaN(curve[least]) ? i : least;
          greatest = curve[i] > curve[greatest] || Double.isNaN(curve[greatest]) ? i : greatest;
        }
        kept.add(least);
        kept.add(greatest);
      }
    }
    return kept.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The running mean with exponential weights, free of the bias towards its start. It begins anew
   * at each of {@code starts}, so that one stage does not bleed into the next.
   *
   * @param width about how many points a value looks back on
   */
  static double[] smooth(double[] curve, double width, Set<Integer> starts) {
    double keep = 1 - 1 / Math.max(1, width);
    double[] smooth = new double[curve.length];
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < curve.length; i++) {
      if (starts.contains(i)) {
        sum = 0;
        weight = 0;
      }
      if (Double.isFinite(curve[i])) {
        sum = keep * sum + curve[i];
        weight = keep * weight + 1;
        smooth[i] = sum / weight;
      } else {
        smooth[i] = Double.NaN;
      }
    }
    return smooth;
  }
}
