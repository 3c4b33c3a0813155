package dev.lockstep.input;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which records are in which batch: a function of the records, the seed and the batch's number, so
 * that a training is taken up anywhere.
 */
interface BatchPlan {
  /**
   * The records of a batch.
   *
   * @param number from 0
   */
  int[] batch(long number);

  /** Every record of the source once in an epoch, in its order; the last batch may be smaller. */
  static BatchPlan inOrder(int records, int batchSize, long epochs) {
    return number -> {
      long first = number * batchSize;
      long end = Math.min(first + batchSize, records * epochs);
      int[] batch = new int[(int) (end - first)];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (int) ((first + i) % records);
      }
      return batch;
    };
  }

  /**
   * Batches of one size without end.
   *
   * @param spec how records are arranged within a window of batches
   * @param captionsPerImage that follow each other in a batch, which is a multiple of that
   */
  static BatchPlan shuffled(
      RecordSource source, InputSpec spec, int captionsPerImage, int batchSize, long seed) {
    MixedStream stream =
        new MixedStream(
            source.index(), source.shares(), captionsPerImage, spec.shuffleBuffer(), seed);
    return new Windows(source, stream, spec.arrange(), batchSize, seed);
  }

  /**
   * Arranges the records of so many batches among these batches, and no farther: a record is moved
   * by less than a window.
   */
  final class Windows implements BatchPlan {
    private final RecordSource source;
    private final MixedStream stream;
    private final ArrangeSpec arrange;
    private final int batchSize;
    private final int window;
    private final long seed;
    private long planned = -1;
    private List<int[]> batches = List.of();

    Windows(
        RecordSource source, MixedStream stream, ArrangeSpec arrange, int batchSize, long seed) {
      this.source = source;
      this.stream = stream;
      this.arrange = arrange;
      this.batchSize = batchSize;
      this.window = arrange.isOff() ? 1 : arrange.window();
      this.seed = seed;
    }

    @Override
    public synchronized int[] batch(long number) {
      long wanted = number / window;
      if (wanted != planned) {
        batches = plan(wanted);
        planned = wanted;
      }
      return batches.get((int) (number % window));
    }

    private List<int[]> plan(long number) {
      long first = number * window * batchSize;
      int[] records = new int[window * batchSize];
      for (int i = 0; i < records.length; i++) {
        records[i] = stream.at(first + i);
      }
      if (window == 1) {
        return List.of(records);
      }
      if (arrange.byLength()) {
        records = sorted(records);
      }
      List<int[]> planned = arrange.apart() ? apart(records) : cut(records);
      shuffle(planned, new SplittableRandom(seed ^ new SplittableRandom(~number).nextLong()));
      return planned;
    }

    /** By the caption's length in tokens; equal ones stay in their order. */
    private int[] sorted(int[] records) {
      return Arrays.stream(records)
          .boxed()
          .sorted(Comparator.comparingInt(record -> source.index().tokens(record)))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    private List<int[]> cut(int[] records) {
      List<int[]> cut = new ArrayList<>();
      for (int i = 0; i < window; i++) {
        cut.add(Arrays.copyOfRange(records, i * batchSize, (i + 1) * batchSize));
      }
      return cut;
    }

    /**
     * Each record in the first batch that has room and neither its caption nor its image; where
     * there is none, in the first that has room.
     */
    private List<int[]> apart(int[] records) {
      List<Filling> filling = new ArrayList<>();
      for (int i = 0; i < window; i++) {
        filling.add(new Filling());
      }
      Deque<Integer> unplaced = new ArrayDeque<>();
      int firstWithRoom = 0;
      for (int record : records) {
        while (firstWithRoom < window && filling.get(firstWithRoom).isFull()) {
          firstWithRoom++;
        }
        int batch = firstWithRoom;
        while (batch < window && !filling.get(batch).takes(record)) {
          batch++;
        }
        if (batch < window) {
          filling.get(batch).add(record);
        } else {
          unplaced.add(record);
        }
      }
      for (Filling batch : filling) {
        while (!batch.isFull()) {
          batch.add(unplaced.remove());
        }
      }
      return new ArrayList<>(filling.stream().map(batch -> batch.records).toList());
    }

    private final class Filling {
      private final int[] records = new int[batchSize];
      private final Set<Long> captions = new HashSet<>();
      private final Set<Long> images = new HashSet<>();
      private int size;

      boolean isFull() {
        return size == batchSize;
      }

      boolean takes(int record) {
        return !isFull()
            && !captions.contains(source.index().captionKey(record))
            && !images.contains(source.index().imageKey(record));
      }

      void add(int record) {
        records[size++] = record;
        captions.add(source.index().captionKey(record));
        images.add(source.index().imageKey(record));
      }
    }

    private static void shuffle(List<int[]> batches, SplittableRandom random) {
      for (int i = batches.size() - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int[] batch = batches.get(i);
        batches.set(i, batches.get(other));
        batches.set(other, batch);
      }
    }
  }
}
