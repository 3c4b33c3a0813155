package dev.lockstep.report;

import java.util.Locale;

/** Numbers as a reader wants to see them; a dash for one that is not known. */
final class Figures {
  private Figures() {}

  /** 0.5268 is 52.7%. */
  static String percent(double fraction) {
    return Double.isFinite(fraction) ? format("%.1f%%", 100 * fraction) : "–";
  }

  /** 6273 is 6,273. */
  static String count(long number) {
    return format("%,d", number);
  }

  /** Rounded to a whole number. */
  static String count(double number) {
    return Double.isFinite(number) ? count(Math.round(number)) : "–";
  }

  /** As many digits as tell something: 1,204, 4.85, 0.012, 1e-5. */
  static String decimal(double number) {
    if (!Double.isFinite(number)) {
      return String.valueOf(number);
    }
    double size = Math.abs(number);
    if (size >= 1000) {
      return count(number);
    }
    if (size >= 0.1 || size == 0) {
      return format("%.2f", number);
    }
    return size >= 0.001 ? format("%.3f", number) : power(number);
  }

  /** As learning rates are written: 5e-4, 2.5e-3. */
  static String power(double number) {
    if (number == 0) {
      return "0";
    }
    String[] parts = format("%.2e", number).split("e", 2);
    return parts[0].replaceFirst("\\.?0+$", "") + "e" + Integer.parseInt(parts[1]);
  }

  /** A mean or median of ranks: 3.5, 1,204.3. */
  static String rank(double rank) {
    return format("%,.1f", rank);
  }

  /** Parameters: 812, 24.6 k, 1.2 M. */
  static String parameters(long number) {
    if (number < 1_000) {
      return String.valueOf(number);
    }
    return number < 1_000_000
        ? format("%.1f k", number / 1e3)
        : number < 1_000_000_000 ? format("%.1f M", number / 1e6) : format("%.2f G", number / 1e9);
  }

  /** Floating-point operations: 812, 24.6 G, 1.2 P. */
  static String large(double number) {
    if (!Double.isFinite(number)) {
      return "–";
    }
    String units = " kMGTPE";
    int unit = 0;
    double left = number;
    while (left >= 999.95 && unit < units.length() - 1) {
      left /= 1000;
      unit++;
    }
    return unit == 0 ? count(number) : format("%.1f %s", left, units.charAt(unit));
  }

  /** 944.8 MB, 1.2 GB. */
  static String bytes(double number) {
    return Double.isFinite(number) ? large(number) + "B" : "–";
  }

  /** A difference in recall, in hundredths: +2.1, -0.5. */
  static String points(double fraction) {
    return format("%+.1f", 100 * fraction).replace("-0.0", "0.0").replace("+0.0", "0.0");
  }

  /** 8.2 s, 1 min 38 s, 2 h 5 min. */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "–";
    }
    if (seconds < 60) {
      return format("%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? format("%d min %d s", whole / 60, whole % 60)
        : format("%d h %d min", whole / 3600, whole % 3600 / 60);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
