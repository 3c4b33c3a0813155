package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Where each record of some shards stands, and what a plan of batches must know of it: the file
 * {@code index.bin}, 32 bytes for each record in the order of the shards, or the same found by
 * reading the shards.
 */
public final class RecordIndex {
  public static final String FILE = "index.bin";

  private static final int ENTRY_BYTES = 32;
  private static final int BUFFER_ENTRIES = 1 << 13;

  private int[] shards;
  private long[] offsets;
  private short[] tokens;
  private long[] captionKeys;
  private long[] imageKeys;
  private int size;

  public RecordIndex(int capacity) {
    shards = new int[capacity];
    offsets = new long[capacity];
    tokens = new short[capacity];
    captionKeys = new long[capacity];
    imageKeys = new long[capacity];
  }

  public int size() {
    return size;
  }

  /** The place of a record's shard in the list of shards. */
  public int shard(int record) {
    return shards[record];
  }

  /** Where a record begins in its shard, its header included. */
  public long offset(int record) {
    return offsets[record];
  }

  /** How many tokens its caption has, [CLS] and [SEP] included. */
  public int tokens(int record) {
    return tokens[record];
  }

  public long captionKey(int record) {
    return captionKeys[record];
  }

  public long imageKey(int record) {
    return imageKeys[record];
  }

  public void add(int shard, long offset, int tokenCount, long captionKey, long imageKey) {
    if (size == shards.length) {
      int capacity = Math.max(16, size + (size >> 1));
      shards = Arrays.copyOf(shards, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      tokens = Arrays.copyOf(tokens, capacity);
      captionKeys = Arrays.copyOf(captionKeys, capacity);
      imageKeys = Arrays.copyOf(imageKeys, capacity);
    }
    shards[size] = shard;
    offsets[size] = offset;
    tokens[size] = (short) Math.min(tokenCount, Short.MAX_VALUE);
    captionKeys[size] = captionKey;
    imageKeys[size] = imageKey;
    size++;
  }

  /** One index after the other; the shards of the second follow those of the first. */
  public static RecordIndex concat(List<RecordIndex> indices, List<Integer> shardCounts) {
    RecordIndex all = new RecordIndex(indices.stream().mapToInt(RecordIndex::size).sum());
    int firstShard = 0;
    for (int i = 0; i < indices.size(); i++) {
      RecordIndex index = indices.get(i);
      for (int record = 0; record < index.size; record++) {
        all.add(
            firstShard + index.shards[record],
            index.offsets[record],
            index.tokens[record],
            index.captionKeys[record],
            index.imageKeys[record]);
      }
      firstShard += shardCounts.get(i);
    }
    return all;
  }

  /** The records of some of the shards, whose places are counted anew. */
  RecordIndex of(List<Integer> chosen) {
    int[] places = new int[1 + Arrays.stream(shards, 0, size).max().orElse(0)];
    Arrays.fill(places, -1);
    for (int i = 0; i < chosen.size(); i++) {
      if (chosen.get(i) < places.length) {
        places[chosen.get(i)] = i;
      }
    }
    RecordIndex some = new RecordIndex(size);
    for (int record = 0; record < size; record++) {
      int place = places[shards[record]];
      if (place >= 0) {
        some.add(place, offsets[record], tokens[record], captionKeys[record], imageKeys[record]);
      }
    }
    return some;
  }

  boolean sameAs(RecordIndex other) {
    return Arrays.equals(toBytes(), other.toBytes());
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(size, ENTRY_BYTES));
    for (int i = 0; i < size; i++) {
      bytes.putInt(shards[i]).putInt(tokens[i]).putLong(offsets[i]);
      bytes.putLong(captionKeys[i]).putLong(imageKeys[i]);
    }
    return bytes.array();
  }

  /**
   * @throws InvalidInputException if the file is not whole
   */
  static RecordIndex read(Path file, long records) {
    RecordIndex index = new RecordIndex(Math.toIntExact(records));
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() != records * ENTRY_BYTES) {
        throw new InvalidInputException(
            file.toString(),
            "it has " + channel.size() + " bytes of " + records * ENTRY_BYTES,
            "delete the folder "
                + file.toAbsolutePath().getParent()
                + "; it is made anew when it is needed");
      }
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_ENTRIES * ENTRY_BYTES);
      while (channel.read(buffer) >= 0 || buffer.position() > 0) {
        buffer.flip();
        while (buffer.remaining() >= ENTRY_BYTES) {
          int shard = buffer.getInt();
          int tokenCount = buffer.getInt();
          index.add(shard, buffer.getLong(), tokenCount, buffer.getLong(), buffer.getLong());
        }
        buffer.compact();
      }
      return index;
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e, "check the disk and its permissions", e);
    }
  }

  /**
   * Reads all records of some shards.
   *
   * @throws InvalidInputException if a shard is damaged
   */
  public static RecordIndex scan(List<Path> files) {
    RecordIndex index = new RecordIndex(16);
    for (int shard = 0; shard < files.size(); shard++) {
      try (TfRecordReader reader = new TfRecordReader(files.get(shard))) {
        while (reader.hasNext()) {
          long offset = reader.offset();
          ImageTextRecord record = ImageTextRecord.parse(reader.next());
          index.add(
              shard, offset, record.inputIds().length, record.captionKey(), record.imageKey());
        }
      }
    }
    return index;
  }
}
