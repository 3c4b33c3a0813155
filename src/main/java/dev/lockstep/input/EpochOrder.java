package dev.lockstep.input;

import dev.lockstep.data.RecordIndex;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The order of one epoch over some records: their shards in an order of their own, four read at a
 * time, and each record drawn from a buffer that the next one refills. What is near in the order is
 * near on the disk, and a buffer that holds all records shuffles them fully.
 */
final class EpochOrder {
  private static final int SHARDS_AT_A_TIME = 4;

  private EpochOrder() {}

  /**
   * @param first the first of the records
   * @param count how many there are, which lie one after the other and shard by shard
   * @return [count], the records' numbers
   */
  static int[] of(RecordIndex index, int first, int count, int buffer, long seed, long epoch) {
    SplittableRandom random = new SplittableRandom(seed ^ new SplittableRandom(epoch).nextLong());
    int[] order = interleaved(index, first, count, random);
    int size = Math.min(buffer, count);
    // Each place takes one of the buffer, which is what lies between here and the buffer's end.
    for (int i = 0; i < count; i++) {
      int chosen = i + random.nextInt(Math.min(size, count - i));
      int record = order[chosen];
      order[chosen] = order[i];
      order[i] = record;
    }
    return order;
  }

  private static int[] interleaved(
      RecordIndex index, int first, int count, SplittableRandom random) {
    int[] begins = begins(index, first, count);
    int shards = begins.length - 1;
    int[] shuffled = new int[shards];
    for (int i = 0; i < shards; i++) {
      int place = random.nextInt(i + 1);
      shuffled[i] = shuffled[place];
      shuffled[place] = i;
    }
    int[] order = new int[count];
    int filled = 0;
    for (int group = 0; group < shards; group += SHARDS_AT_A_TIME) {
      int end = Math.min(shards, group + SHARDS_AT_A_TIME);
      for (int offset = 0, taken = -1; taken != filled; offset++) {
        taken = filled;
        for (int i = group; i < end; i++) {
          int record = begins[shuffled[i]] + offset;
          if (record < begins[shuffled[i] + 1]) {
            order[filled++] = record;
          }
        }
      }
    }
    return order;
  }

  /** Where each shard begins, and where the last one ends. */
  private static int[] begins(RecordIndex index, int first, int count) {
    int[] begins = new int[count + 1];
    int shards = 0;
    for (int record = first; record < first + count; record++) {
      if (record == first || index.shard(record) != index.shard(record - 1)) {
        begins[shards++] = record;
      }
    }
    begins[shards] = first + count;
    return Arrays.copyOf(begins, shards + 1);
  }
}
