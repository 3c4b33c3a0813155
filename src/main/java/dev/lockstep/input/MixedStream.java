package dev.lockstep.input;

import dev.lockstep.data.RecordIndex;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Records without end, by their position: one dataset epoch after epoch, or several at once, each
 * in epochs of its own and as often as its weight says. What stands at a position follows from the
 * seed alone. Captions of one image may come in groups, which begin at multiples of their size.
 */
final class MixedStream {
  /** Within so many positions the weights hold to the last record. */
  private static final int BLOCK = 4096;

  /**
   * A dataset among others.
   *
   * @param first its first record
   * @param count of its records
   * @param weight among all weights
   */
  record Share(int first, int count, double weight) {}

  private final RecordIndex index;
  private final List<Share> shares;
  private final int buffer;
  private final long seed;
  private final int groupSize;
  private final int[] quotas;
  private final List<CaptionGroups> groups;
  private final int[][] orders;
  private final long[] epochs;
  private long blockNumber = -1;
  private int[] block;

  /**
   * @param groupSize captions of one image that follow each other; 1 for each pair by itself
   * @param buffer records from which the next one is drawn
   */
  MixedStream(RecordIndex index, List<Share> shares, int groupSize, int buffer, long seed) {
    this.index = index;
    this.shares = shares;
    this.groupSize = groupSize;
    this.buffer = buffer;
    this.seed = seed;
    this.groups =
        groupSize == 1
            ? List.of()
            : shares.stream()
                .map(share -> new CaptionGroups(index, share.first(), share.count(), groupSize))
                .toList();
    this.quotas = quotas(shares);
    this.orders = new int[shares.size()][];
    this.epochs = new long[shares.size()];
    Arrays.fill(epochs, -1);
  }

  /** The record at a position. Positions that follow each other are found fastest. */
  int at(long position) {
    if (shares.size() == 1) {
      return record(0, position);
    }
    int length = BLOCK * groupSize;
    long number = position / length;
    if (number != blockNumber) {
      block = mixed(number);
      blockNumber = number;
    }
    return block[(int) (position % length)];
  }

  /** The groups of a block: of each dataset as many as its quota, in a random order. */
  private int[] mixed(long number) {
    int[] ofGroups = new int[BLOCK];
    int filled = 0;
    for (int share = 0; share < quotas.length; share++) {
      for (int i = 0; i < quotas[share]; i++) {
        ofGroups[filled++] = share;
      }
    }
    SplittableRandom random = new SplittableRandom(~seed ^ new SplittableRandom(number).nextLong());
    for (int i = BLOCK - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int share = ofGroups[i];
      ofGroups[i] = ofGroups[other];
      ofGroups[other] = share;
    }
    int[] records = new int[BLOCK * groupSize];
    long[] taken = new long[quotas.length];
    for (int i = 0; i < BLOCK; i++) {
      int share = ofGroups[i];
      long group = number * quotas[share] + taken[share]++;
      for (int j = 0; j < groupSize; j++) {
        records[i * groupSize + j] = record(share, group * groupSize + j);
      }
    }
    return records;
  }

  /** The record at a position of one dataset's own stream. */
  private int record(int share, long position) {
    Share part = shares.get(share);
    int length = groupSize == 1 ? part.count() : groups.get(share).count() * groupSize;
    long epoch = position / length;
    if (epochs[share] != epoch) {
      long own = new SplittableRandom(seed + share).nextLong();
      int[] order = EpochOrder.of(index, part.first(), part.count(), buffer, own, epoch);
      orders[share] = groupSize == 1 ? order : groups.get(share).of(order, epoch);
      epochs[share] = epoch;
    }
    return orders[share][(int) (position % length)];
  }

  /** How many positions of a block each dataset has; one at least, and the block in all. */
  private static int[] quotas(List<Share> shares) {
    double all = shares.stream().mapToDouble(Share::weight).sum();
    int[] quotas = new int[shares.size()];
    double sum = 0;
    int given = 0;
    for (int i = 0; i < quotas.length; i++) {
      sum += shares.get(i).weight() / all * BLOCK;
      quotas[i] = Math.max(1, (int) Math.round(sum) - given);
      given += quotas[i];
    }
    int largest = 0;
    for (int i = 1; i < quotas.length; i++) {
      largest = quotas[i] > quotas[largest] ? i : largest;
    }
    quotas[largest] += BLOCK - given;
    return quotas;
  }
}
