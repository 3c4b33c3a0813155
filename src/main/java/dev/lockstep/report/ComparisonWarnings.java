package dev.lockstep.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Why figures of runs may not be set against each other without a thought. */
final class ComparisonWarnings {
  private ComparisonWarnings() {}

  static List<String> of(List<Contender> contenders) {
    List<String> warnings = new ArrayList<>();
    differ(
        warnings,
        contenders,
        "data.test",
        "They were scored on different test data, or on test data that was prepared in different"
            + " ways: their scores are not those of one task");
    differ(
        warnings,
        contenders,
        "data.train",
        "They were trained on different data, or on data that was prepared in different ways");
    differ(
        warnings,
        contenders,
        "machine.processor",
        "They ran on different machines: compare steps and operations, not seconds");
    differ(warnings, contenders, "code.commit", "They were run by different versions of the code");
    for (Contender contender : contenders) {
      long without = contender.runs().stream().filter(run -> run.ranks().isEmpty()).count();
      if (without > 0) {
        warnings.add(
            "%s has %d run(s) without ranks.json, by an earlier version or without test pairs:"
                    .formatted(contender.name(), without)
                + " whether its differences are real cannot be told");
      }
      int unreadable = contender.runs().stream().mapToInt(r -> r.metrics().unreadable()).sum();
      if (unreadable > 0) {
        warnings.add(
            "%d line(s) of the metrics of %s could not be read and are left out"
                .formatted(unreadable, contender.name()));
      }
    }
    return warnings;
  }

  private static void differ(
      List<String> warnings, List<Contender> contenders, String told, String sentence) {
    Map<String, List<String>> byValue = new LinkedHashMap<>();
    for (Contender contender : contenders) {
      contender.runs().stream()
          .map(run -> run.provenance().getOrDefault(told, "not known"))
          .distinct()
          .forEach(
              value ->
                  byValue.computeIfAbsent(value, v -> new ArrayList<>()).add(contender.name()));
    }
    if (byValue.size() > 1) {
      String values =
          byValue.entrySet().stream()
              .map(entry -> String.join(", ", entry.getValue()) + ": " + shortened(entry.getKey()))
              .collect(Collectors.joining("; "));
      warnings.add(sentence + " (" + values + ")");
    }
  }

  /** Digests and commits are told apart by their beginnings. */
  private static String shortened(String value) {
    return value.matches("[0-9a-f]{20,}") ? value.substring(0, 12) : value;
  }
}
