package dev.lockstep.input;

import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.RecordIndex;
import dev.lockstep.data.Resize;
import dev.lockstep.input.MixedStream.Share;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records to read, whoever wrote them.
 *
 * @param name what to call them in a message
 * @param encoding of the images; {@link Encoding#RAW} of originals, once they are read
 * @param storedSize the side of each stored image, which is a square
 * @param resize how originals become squares
 * @param background what surrounds a picture, if anything does
 * @param contextLength the most tokens that a record has
 * @param isOriginal whether the images are stored as they were published
 * @param index where each record is
 * @param shares the datasets that are mixed, one at least
 */
record RecordSource(
    String name,
    List<Shard> shards,
    Encoding encoding,
    int storedSize,
    Resize resize,
    Optional<Background> background,
    int contextLength,
    boolean isOriginal,
    RecordIndex index,
    List<Share> shares) {

  /** A TFRecord file and how many records it holds. */
  record Shard(Path file, long records) {}

  /** One dataset of squares, whose index is found by reading it. */
  RecordSource(
      String name,
      List<Shard> shards,
      Encoding encoding,
      int storedSize,
      Optional<Background> background,
      int contextLength) {
    this(
        name,
        shards,
        encoding,
        storedSize,
        background,
        contextLength,
        RecordIndex.scan(shards.stream().map(Shard::file).toList()));
  }

  private RecordSource(
      String name,
      List<Shard> shards,
      Encoding encoding,
      int storedSize,
      Optional<Background> background,
      int contextLength,
      RecordIndex index) {
    this(
        name,
        shards,
        encoding,
        storedSize,
        Resize.SQUASH,
        background,
        contextLength,
        false,
        index,
        List.of(new Share(0, index.size(), 1)));
  }

  static RecordSource of(PreparedDataset data) {
    List<Shard> shards = new ArrayList<>();
    List<RecordIndex> indices = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    List<Share> shares = new ArrayList<>();
    int first = 0;
    for (PreparedDataset part : data.parts()) {
      List<Shard> own =
          part.shardFiles().stream()
              .map(file -> new Shard(part.folder().resolve(file.file()), file.records()))
              .toList();
      RecordIndex index = part.index();
      shards.addAll(own);
      indices.add(index);
      counts.add(own.size());
      shares.add(new Share(first, index.size(), part.weight()));
      first += index.size();
    }
    if (shares.stream().anyMatch(share -> share.weight() == 0)) {
      shares = List.of(new Share(0, first, 1));
    }
    boolean original = data.encoding() == Encoding.ORIGINAL;
    return new RecordSource(
        data.manifest().source(),
        List.copyOf(shards),
        original ? Encoding.RAW : data.encoding(),
        data.storedSize(),
        data.manifest().resize(),
        data.background(),
        data.manifest().contextLength(),
        original,
        indices.size() == 1 ? indices.get(0) : RecordIndex.concat(indices, counts),
        List.copyOf(shares));
  }

  /** The same with its images taken for files as they were published. */
  RecordSource asOriginals() {
    return new RecordSource(
        name,
        shards,
        Encoding.RAW,
        storedSize,
        resize,
        background,
        contextLength,
        true,
        index,
        shares);
  }

  List<Path> files() {
    return shards.stream().map(Shard::file).toList();
  }

  /** How many there are in all shards. */
  long records() {
    return index.size();
  }
}
