package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.percent;

import dev.lockstep.train.StepView;
import java.util.ArrayList;
import java.util.List;

/**
 * What steps waited for, as shares of their time.
 *
 * @param reading for records, and stored features, to be read
 * @param resizing for originals to be decoded and brought to their size
 * @param decoding for stored images to be decoded and changed, and texts to be padded
 */
record InputWait(double reading, double resizing, double decoding) {
  /** What is waited for most. */
  enum Part {
    READING("records to be read"),
    RESIZING("originals to be decoded and resized"),
    DECODING("images to be decoded and changed");

    private final String words;

    Part(String words) {
      this.words = words;
    }
  }

  /** Of the steps that have signals; not numbers where none has. */
  static InputWait of(List<StepView> steps) {
    return new InputWait(
        mean(steps, "input/wait-reading"),
        mean(steps, "input/wait-resizing"),
        mean(steps, "input/wait-decoding"));
  }

  private static double mean(List<StepView> steps, String signal) {
    return steps.stream()
        .filter(step -> step.signals().containsKey(signal))
        .mapToDouble(step -> step.signals().get(signal))
        .average()
        .orElse(Double.NaN);
  }

  Part longest() {
    if (resizing > reading && resizing > decoding) {
      return Part.RESIZING;
    }
    return reading > decoding ? Part.READING : Part.DECODING;
  }

  /** What the wait is made of, as in ", 95% of it for records to be read". */
  String describe() {
    double all = reading + resizing + decoding;
    List<String> parts = new ArrayList<>();
    add(parts, reading / all, Part.READING);
    add(parts, resizing / all, Part.RESIZING);
    add(parts, decoding / all, Part.DECODING);
    return parts.isEmpty() ? "" : ", " + String.join(", ", parts);
  }

  private static void add(List<String> parts, double share, Part part) {
    if (share >= 0.01) {
      parts.add(percent(share) + (parts.isEmpty() ? " of it for " : " for ") + part.words);
    }
  }
}
