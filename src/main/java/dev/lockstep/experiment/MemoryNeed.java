package dev.lockstep.experiment;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory that steps of a stage took, against what there is.
 *
 * @param needed bytes; nothing where the system does not tell
 */
record MemoryNeed(OptionalLong needed, long thereIs) {
  private static final double MUCH = 0.9;

  /** The most since {@link PeakMemory#reset}. */
  static MemoryNeed soFar() {
    return new MemoryNeed(PeakMemory.bytes(), Machine.ofThisProcess(List.of()).memoryBytes());
  }

  /** For a reader. */
  String describe() {
    return needed.isEmpty()
        ? "memory: this system does not tell"
        : "memory: %,d MiB needed, %,d MiB there are"
            .formatted(needed.getAsLong() >> 20, thereIs >> 20);
  }

  /**
   * What is wrong with it.
   *
   * @param key where the stage stands in the experiment file
   */
  List<Finding> findings(String key) {
    double share = needed.orElse(0) / (double) thereIs;
    return share < MUCH
        ? List.of()
        : List.of(
            new Finding(
                "memory",
                Severity.WARNING,
                "the first steps of %s took %.0f%% of this machine's memory"
                    .formatted(key, 100 * share),
                share,
                "set a smaller " + key + ".batch-size"));
  }
}
