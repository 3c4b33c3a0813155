package dev.lockstep.data;

/**
 * A number for each of many keys, in 16 bytes a place and no object: what a dataset of millions is
 * counted and looked up with. A key is the hash of something, and 0 is as good as any other.
 */
public final class LongCounts {
  private static final int FIRST_CAPACITY = 1 << 10;

  private long[] keys = new long[FIRST_CAPACITY];
  private long[] values = new long[FIRST_CAPACITY];
  private boolean[] used = new boolean[FIRST_CAPACITY];
  private int size;

  /** How many keys there are. */
  public int size() {
    return size;
  }

  /** The number of a key, or 0. */
  public long get(long key) {
    return getOrElse(key, 0);
  }

  public long getOrElse(long key, long fallback) {
    int place = place(key);
    return used[place] ? values[place] : fallback;
  }

  /** Adds to the number of a key, and gives the sum. */
  public long add(long key, long amount) {
    int place = place(key);
    if (!used[place]) {
      put(key, amount);
      return amount;
    }
    values[place] += amount;
    return values[place];
  }

  public void put(long key, long value) {
    if (size * 3L > keys.length * 2L) {
      grow();
    }
    int place = place(key);
    if (!used[place]) {
      used[place] = true;
      keys[place] = key;
      size++;
    }
    values[place] = value;
  }

  /** The numbers of all keys, in no order. */
  public long[] values() {
    long[] all = new long[size];
    int count = 0;
    for (int place = 0; place < keys.length; place++) {
      if (used[place]) {
        all[count++] = values[place];
      }
    }
    return all;
  }

  private int place(long key) {
    int mask = keys.length - 1;
    int place = (int) (key * 0x9e3779b97f4a7c15L >>> 32) & mask;
    while (used[place] && keys[place] != key) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    boolean[] wasUsed = used;
    keys = new long[oldKeys.length * 2];
    values = new long[keys.length];
    used = new boolean[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (wasUsed[i]) {
        int place = place(oldKeys[i]);
        used[place] = true;
        keys[place] = oldKeys[i];
        values[place] = oldValues[i];
      }
    }
  }
}
