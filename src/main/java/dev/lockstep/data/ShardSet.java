package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes the files of a folder of prepared data aside, and gives them their names at the end. */
final class ShardSet implements AutoCloseable {
  private static final String ASIDE = ".tmp";

  /** How a file is opened; a test puts a disk that is full in its place. */
  interface Disk {
    Disk REAL = file -> new FileOutputStream(file.toFile());

    OutputStream open(Path file) throws IOException;
  }

  private record Shard(Path aside, long records, long bytes, long crc32c) {}

  private final Path folder;
  private final long shardBytes;
  private final Disk disk;
  private final List<Shard> shards = new ArrayList<>();
  private Path current;
  private OutputStream file;
  private TfRecordWriter writer;
  private long bytes;

  ShardSet(Path folder, long shardBytes, Disk disk) {
    this.folder = folder;
    this.shardBytes = shardBytes;
    this.disk = disk;
  }

  void write(byte[] record) throws IOException {
    if (writer == null) {
      current = folder.resolve(String.format("part-%05d.tfrecord", shards.size()) + ASIDE);
      file = disk.open(current);
      writer = new TfRecordWriter(file);
    }
    long before = writer.bytes();
    writer.write(record);
    bytes += writer.bytes() - before;
    if (writer.bytes() >= shardBytes) {
      endShard();
    }
  }

  /** The file that is being written, or was last. */
  Path current() {
    return current == null ? folder : current;
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
      String name = String.format("part-%05d-of-%05d.tfrecord", i, shards.size());
      Files.move(shard.aside(), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      files.add(new PreparedFile(name, shard.records(), shard.bytes(), shard.crc32c()));
    }
    return files;
  }

  /** Writes one whole file, aside first. */
  PreparedFile writeFile(String name, byte[] content) throws IOException {
    Path aside = folder.resolve(name + ASIDE);
    current = aside;
    try (OutputStream out = disk.open(aside)) {
      out.write(content);
      force(out);
    }
    Files.move(aside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new PreparedFile(name, 0, content.length, crc.getValue());
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

  /** Removes what an earlier or a failed preparation left in a folder without a manifest. */
  static void clear(Path folder) throws IOException {
    List<Path> leftovers;
    try (var files = Files.list(folder)) {
      leftovers =
          files
              .filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .matches(
                              "part-.*\\.tfrecord(\\.tmp)?|(vocab\\.txt|manifest\\.json)(\\.tmp)?"))
              .toList();
    }
    for (Path file : leftovers) {
      Files.delete(file);
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
  private static void force(OutputStream out) throws IOException {
    out.flush();
    if (out instanceof FileOutputStream file) {
      file.getFD().sync();
    }
  }
}
