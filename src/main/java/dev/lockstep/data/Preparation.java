package dev.lockstep.data;

import java.time.Duration;
import java.util.Map;

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
}
