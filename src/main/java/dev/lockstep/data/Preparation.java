package dev.lockstep.data;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What came of preparing a source.
 *
 * @param reused whether the data was there already
 * @param duration the time it took to make it, or to find it
 */
public record Preparation(PreparedDataset dataset, boolean reused, Duration duration) {
  /** Rows of the source. */
  public long rows() {
    return dataset.manifest().rows();
  }

  public long kept() {
    return dataset.manifest().records();
  }

  public long dropped() {
    return rows() - kept();
  }

  /** How many rows were dropped for each reason; reasons that did not occur are absent. */
  public Map<String, Long> droppedByReason() {
    return dataset.manifest().droppedByReason();
  }

  /** Where the first row stands that was no pair, and what was wrong with it. */
  public Optional<String> firstMalformed() {
    return dataset.manifest().dropped().stream()
        .filter(row -> row.reason() == DropReason.ROW_MALFORMED)
        .findFirst()
        .map(row -> row.file() + (row.line() > 0 ? ":" + row.line() : "") + ": " + row.detail());
  }
}
