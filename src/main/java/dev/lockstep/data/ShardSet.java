package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Writes the shards of one part of a dataset aside, and gives them their names at the end. */
final class ShardSet implements AutoCloseable {
  static final String ASIDE = ".tmp";

  /** How a file is opened; a test puts a disk that is full in its place. */
  interface Disk {
    Disk REAL = OverwrittenFile::new;

    OutputStream open(Path file) throws IOException;
  }

  private record Shard(Path aside, long records, long bytes, long crc32c) {}

  private final Path folder;
  private final Split split;
  private final String name;
  private final long shardBytes;
  private final Disk disk;
  private final List<Shard> shards = new ArrayList<>();
  private final RecordIndex index = new RecordIndex(1 << 10);
  private Path current;
  private OutputStream file;
  private TfRecordWriter writer;
  private long bytes;

  /**
   * @param name what the names of the shards begin with
   */
  ShardSet(Path folder, Split split, String name, long shardBytes, Disk disk) {
    this.folder = folder;
    this.split = split;
    this.name = name;
    this.shardBytes = shardBytes;
    this.disk = disk;
  }

  /** Where a shard is written, until all are whole. */
  static Path aside(Path folder, String name, int shard) {
    return folder.resolve(String.format("%s-%05d.tfrecord", name, shard) + ASIDE);
  }

  void write(ImageTextRecord record) throws IOException {
    if (writer == null) {
      current = aside(folder, name, shards.size());
      file = disk.open(current);
      writer = new TfRecordWriter(file);
    }
    long before = writer.bytes();
    writer.write(record.toBytes());
    index.add(
        shards.size(), before, record.inputIds().length, record.captionKey(), record.imageKey());
    bytes += writer.bytes() - before;
    if (writer.bytes() >= shardBytes) {
      endShard();
    }
  }

  /** The file that is being written, or was last. */
  Path current() {
    return current == null ? folder : current;
  }

  /** How many shards are whole. */
  int count() {
    return shards.size();
  }

  /** Where each record stands. */
  RecordIndex index() {
    return index;
  }

  /** Bytes of all shards so far. */
  long bytes() {
    return bytes;
  }

  /** Gives the shards their names, which say how many there are. */
  List<PreparedFile> finish() throws IOException {
    endShard();
    List<PreparedFile> files = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      String named = String.format("%s-%05d-of-%05d.tfrecord", name, i, shards.size());
      Files.move(shard.aside(), folder.resolve(named), StandardCopyOption.ATOMIC_MOVE);
      files.add(new PreparedFile(named, split, shard.records(), shard.bytes(), shard.crc32c()));
    }
    return files;
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      // A shard is still open here only if writing it failed, and that failure is on its way.
      writer = null;
    }
  }

  private void endShard() throws IOException {
    if (writer == null) {
      return;
    }
    writer.flush();
    force(file);
    writer.close();
    shards.add(new Shard(current, writer.records(), writer.bytes(), writer.crc32c()));
    writer = null;
  }

  /**
   * A name may reach the disk before the bytes it names; then a power cut leaves an empty shard.
   */
  static void force(OutputStream out) throws IOException {
    out.flush();
    if (out instanceof OverwrittenFile file) {
      file.force();
    }
  }
}
