package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The shards of a dataset: those of each part by themselves, in the order of the parts. */
final class SplitShards implements AutoCloseable {
  private final SplitSpec split;
  private final Map<Split, ShardSet> parts = new EnumMap<>(Split.class);
  private ShardSet current;

  SplitShards(Path folder, StoreSpec store, ShardSet.Disk disk) {
    split = store.split();
    for (Split part : Split.values()) {
      parts.put(part, new ShardSet(folder, part, name(split, part), store.shardBytes(), disk));
    }
    current = parts.get(Split.TRAIN);
  }

  /** What the names of a part's shards begin with. */
  static String name(SplitSpec split, Split part) {
    return split.isNone() ? "part" : part.toString();
  }

  void write(ImageTextRecord record) throws IOException {
    current = parts.get(split.of(record.imageKey()));
    current.write(record);
  }

  /** The file that is being written, or was last. */
  Path current() {
    return current.current();
  }

  /** Bytes of all shards so far. */
  long bytes() {
    return parts.values().stream().mapToLong(ShardSet::bytes).sum();
  }

  /** Gives all shards their names. */
  List<PreparedFile> finish() throws IOException {
    List<PreparedFile> files = new ArrayList<>();
    for (ShardSet part : parts.values()) {
      files.addAll(part.finish());
    }
    return files;
  }

  /** Of all parts, once they are finished. */
  RecordIndex index() {
    return RecordIndex.concat(
        parts.values().stream().map(ShardSet::index).toList(),
        parts.values().stream().map(ShardSet::count).toList());
  }

  @Override
  public void close() {
    parts.values().forEach(ShardSet::close);
  }
}
