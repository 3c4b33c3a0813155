package dev.lockstep.diagnose;

import java.util.Locale;

/** Figures as a reader of an experiment file writes them. */
final class Phrases {
  private Phrases() {}

  /** 0.0012 as {@code 1e-3}: a learning rate, to one place. */
  static String rate(double rate) {
    if (rate == 0) {
      return "0";
    }
    String[] parts = String.format(Locale.ROOT, "%.0e", rate).split("e", 2);
    return parts[0] + "e" + Integer.parseInt(parts[1]);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * share);
  }

  /** With as many places as tell something. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    return String.format(Locale.ROOT, size < 0.1 ? "%.3f" : size < 100 ? "%.2f" : "%,.0f", value);
  }
}
