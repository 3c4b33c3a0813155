package dev.lockstep.evaluate;

import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * How far a tensor is from another implementation's.
 *
 * @param name the other implementation's
 * @param absolute the largest difference of two elements
 * @param relative the norm of the difference, to that of the other's tensor
 * @param judged what is held to the limit
 * @param rounding what the other side's float32 may account for, where that is more than the limit
 */
record Difference(
    String name, double absolute, double relative, double judged, double limit, double rounding) {
  /** Two implementations round alike in size, but not in each tensor. */
  private static final double ROUNDING_FACTOR = 5;

  /** An output is judged by its elements; by their size where that is more than 1, as of logits. */
  static Difference ofOutput(String name, float[] ours, float[] theirs, double limit) {
    double absolute = absolute(ours, theirs);
    double largest = 1;
    for (float value : theirs) {
      largest = Math.max(largest, Math.abs(value));
    }
    return new Difference(
        name,
        absolute,
        relative(distance(ours, theirs), norm(theirs)),
        absolute / largest,
        limit,
        0);
  }

  /**
   * A gradient is judged by its norm.
   *
   * @param rounding the norm under which the other's is nothing but rounding: the gradient of a
   *     key's bias is 0, since softmax does not see it
   */
  static Difference ofGradient(
      String name, float[] ours, float[] theirs, double limit, double rounding) {
    double norm = norm(theirs);
    double distance = distance(ours, theirs);
    boolean nothing = norm <= rounding && distance <= 2 * rounding;
    double relative = relative(distance, norm);
    return new Difference(name, absolute(ours, theirs), relative, nothing ? 0 : relative, limit, 0);
  }

  /**
   * The same, with a limit of what float32 rounds.
   *
   * @param ours in float64
   * @param rounded the same gradient in float32
   */
  Difference allowing(float[] ours, float[] rounded) {
    double rounds = ROUNDING_FACTOR * relative(distance(ours, rounded), norm(ours));
    return new Difference(name, absolute, relative, judged, limit, rounds);
  }

  boolean within() {
    return judged <= Math.max(limit, rounding);
  }

  /** Whether it is within its limit only for the other side's rounding. */
  boolean isRounding() {
    return judged > limit && judged <= rounding;
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("absolute", absolute);
    json.addProperty("relative", relative);
    json.addProperty("limit", limit);
    json.addProperty("rounding", rounding);
    json.addProperty("within", within());
    return json;
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "  %-4s %9.1e %9.1e  %s",
        isRounding() ? "~" : within() ? "" : "FAR",
        absolute,
        relative,
        name);
  }

  /** The Euclidean norm. */
  static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static double relative(double distance, double norm) {
    return distance == 0 ? 0 : distance / norm;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private static double absolute(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      // A NaN on one side alone is as far as can be.
      largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return largest;
  }
}
