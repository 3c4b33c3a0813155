package dev.lockstep.input;

import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.PreparedDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Records to read, whoever wrote them.
 *
 * @param name what to call them in a message
 * @param storedSize the side of each stored image, which is a square
 * @param background what surrounds a picture, if anything does
 * @param contextLength the most tokens that a record has
 */
record RecordSource(
    String name,
    List<Shard> shards,
    Encoding encoding,
    int storedSize,
    Optional<Background> background,
    int contextLength) {

  /** A TFRecord file and how many records it holds. */
  record Shard(Path file, long records) {}

  static RecordSource of(PreparedDataset data) {
    List<Shard> shards =
        data.shardFiles().stream()
            .map(file -> new Shard(data.folder().resolve(file.file()), file.records()))
            .toList();
    return new RecordSource(
        data.manifest().source(),
        shards,
        data.encoding(),
        data.storedSize(),
        data.background(),
        data.manifest().contextLength());
  }

  List<Path> files() {
    return shards.stream().map(Shard::file).toList();
  }

  /** How many there are in all shards. */
  long records() {
    return shards.stream().mapToLong(Shard::records).sum();
  }
}
