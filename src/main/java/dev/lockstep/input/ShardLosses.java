package dev.lockstep.input;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What could not be read in training, shard by shard, and whether that is too much. */
final class ShardLosses {
  /** Of so many records that were asked for, */
  private static final int LOOKED_AT = 2000;

  /** at most one in so many may be lost. */
  private static final int ONE_IN = 5;

  private final RecordSource source;
  private final Map<Integer, Long> lost = new TreeMap<>();
  private final List<ShardLoss> news = new ArrayList<>();
  private long lostRecords;
  private long records;

  ShardLosses(RecordSource source) {
    this.source = source;
  }

  synchronized void read() {
    records++;
  }

  /**
   * @param position where the record would have stood in the stream
   * @throws RunFailedException if too much is lost to go on
   */
  synchronized void lose(int shard, long position, IOException reason) {
    records++;
    lostRecords++;
    if (lost.merge(shard, 1L, Long::sum) == 1) {
      news.add(
          new ShardLoss(
              source.shards().get(shard).file(),
              source.shards().get(shard).records(),
              position,
              reason.getMessage()));
    }
    if (records >= LOOKED_AT && lostRecords * ONE_IN > records) {
      throw new RunFailedException(
          "more than a fifth of the records of "
              + source.name()
              + " cannot be read; "
              + lost.size()
              + " of "
              + source.shards().size()
              + " shards are damaged, for one "
              + reason.getMessage(),
          ShardFailure.remedy(source),
          reason);
    }
  }

  /** What has come since the last call: each shard once. */
  synchronized List<ShardLoss> news() {
    List<ShardLoss> told = List.copyOf(news);
    news.clear();
    return told;
  }

  /** By shard, how many times another record took the place of one of its. */
  synchronized Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    lost.forEach(
        (shard, count) ->
            counts.put(source.shards().get(shard).file().getFileName().toString(), count));
    return counts;
  }
}
