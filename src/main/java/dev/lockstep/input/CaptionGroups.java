package dev.lockstep.input;

import dev.lockstep.data.RecordIndex;
import java.util.stream.IntStream;

/**
 * The records of a dataset in groups of captions of one image, so that a batch shows the image to
 * its tower once for all of them. Each record is in one group of an epoch at least; where the
 * captions of an image are no multiple of a group, some come twice.
 */
final class CaptionGroups {
  private final int first;
  private final int size;
  // Records that show one image, side by side.
  private final int[] byImage;
  // By record: its place among those, where its image's begin, and how many that are.
  private final int[] places;
  private final int[] begins;
  private final int[] counts;
  private final int groups;

  /**
   * @param first the first of the records
   * @param count how many there are
   * @param size records of a group
   */
  CaptionGroups(RecordIndex index, int first, int count, int size) {
    this.first = first;
    this.size = size;
    byImage =
        IntStream.range(first, first + count)
            .boxed()
            .sorted(
                (one, other) -> {
                  int keys = Long.compare(index.imageKey(one), index.imageKey(other));
                  return keys == 0 ? Integer.compare(one, other) : keys;
                })
            .mapToInt(Integer::intValue)
            .toArray();
    places = new int[count];
    begins = new int[count];
    counts = new int[count];
    int found = 0;
    for (int begin = 0, end; begin < count; begin = end) {
      end = begin + 1;
      while (end < count && index.imageKey(byImage[end]) == index.imageKey(byImage[begin])) {
        end++;
      }
      for (int place = begin; place < end; place++) {
        int record = byImage[place] - first;
        places[record] = place;
        begins[record] = begin;
        counts[record] = end - begin;
      }
      found += (end - begin + size - 1) / size;
    }
    groups = found;
  }

  /** How many there are in an epoch. */
  int count() {
    return groups;
  }

  /**
   * The records of an epoch, group by group. A group stands where the first of its records stood,
   * and which captions of an image come together changes from epoch to epoch.
   *
   * @param order the dataset's records in the order of the epoch
   * @return [count() * size]
   */
  int[] of(int[] order, long epoch) {
    int[] grouped = new int[groups * size];
    int filled = 0;
    for (int record : order) {
      int begin = begins[record - first];
      int captions = counts[record - first];
      int turn = (int) (epoch % captions);
      int place = Math.floorMod(places[record - first] - begin - turn, captions);
      if (place % size == 0) {
        for (int i = 0; i < size; i++) {
          grouped[filled++] = byImage[begin + (turn + (place + i) % captions) % captions];
        }
      }
    }
    return grouped;
  }
}
