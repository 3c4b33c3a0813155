package dev.lockstep.data;

import dev.lockstep.data.Manifest.DroppedRow;
import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.data.Manifest.SourceFile;
import dev.lockstep.data.Manifest.Statistics;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Makes prepared data of prepared data: several folders in one, or a sample of one. */
public final class DatasetRewriter {
  private final PreparedFolder files;
  private final Map<Split, ShardSet> parts = new EnumMap<>(Split.class);
  private final LongCounts captions = new LongCounts();
  private final LongCounts images = new LongCounts();
  private long tokens;

  private DatasetRewriter(Path out, Manifest like, boolean split) throws IOException {
    if (Files.exists(out.resolve(Manifest.FILE))) {
      throw new InvalidInputException(
          out.toString(), "there is prepared data in it already", "name another folder");
    }
    Files.createDirectories(out);
    files = new PreparedFolder(out, ShardSet.Disk.REAL);
    files.clear();
    long shardBytes = Long.parseLong(like.options().getOrDefault("shard-size", "268435456"));
    for (Split part : Split.values()) {
      String name = split ? part.toString() : "part";
      parts.put(part, new ShardSet(out, part, name, shardBytes, ShardSet.Disk.REAL));
    }
  }

  /**
   * All pairs of some folders in one.
   *
   * @throws InvalidInputException if they are not of one kind, or an image is in different parts of
   *     two of them
   */
  public static PreparedDataset merge(List<PreparedDataset> datasets, Path out) {
    datasets.get(0).mixedWith(datasets.subList(1, datasets.size()));
    datasets.forEach(dataset -> datasets.get(0).checkScoredAlike(dataset));
    checkParts(datasets);
    List<int[]> all = new ArrayList<>();
    datasets.forEach(dataset -> all.add(numbers(dataset.index().size())));
    return write(datasets, all, out);
  }

  /**
   * Some pairs of a folder, drawn evenly.
   *
   * @param pairs how many; all there are where these are fewer
   * @param seed of the choice
   * @throws InvalidInputException if none is asked for
   */
  public static PreparedDataset sample(PreparedDataset dataset, int pairs, long seed, Path out) {
    if (pairs < 1) {
      throw new InvalidInputException(
          dataset.folder().toString(),
          "a sample of %,d pairs is none".formatted(pairs),
          "give 1 or more");
    }
    int[] numbers = numbers(dataset.index().size());
    SplittableRandom random = new SplittableRandom(seed);
    int count = Math.min(pairs, numbers.length);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(numbers.length - i);
      int number = numbers[i];
      numbers[i] = numbers[other];
      numbers[other] = number;
    }
    int[] chosen = Arrays.copyOf(numbers, count);
    Arrays.sort(chosen);
    return write(List.of(dataset), List.of(chosen), out);
  }

  private static int[] numbers(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static void checkParts(List<PreparedDataset> datasets) {
    LongCounts parts = new LongCounts();
    for (PreparedDataset dataset : datasets) {
      RecordIndex index = dataset.index();
      List<PreparedFile> shards = dataset.shardFiles();
      for (int record = 0; record < index.size(); record++) {
        long part = 1L + shards.get(index.shard(record)).split().ordinal();
        long before = parts.get(index.imageKey(record));
        if (before != 0 && before != part) {
          throw new InvalidInputException(
              dataset.folder().toString(),
              "an image is for "
                  + Split.values()[(int) part - 1]
                  + " here and for "
                  + Split.values()[(int) before - 1]
                  + " in another folder",
              "prepare all of them with the same data.split");
        }
        parts.put(index.imageKey(record), part);
      }
    }
  }

  private static PreparedDataset write(
      List<PreparedDataset> datasets, List<int[]> chosen, Path out) {
    boolean split = datasets.stream().anyMatch(d -> d.has(Split.VALIDATION) || d.has(Split.TEST));
    try {
      DatasetRewriter writer = new DatasetRewriter(out, datasets.get(0).manifest(), split);
      boolean whole = false;
      try {
        for (int i = 0; i < datasets.size(); i++) {
          writer.copy(datasets.get(i), chosen.get(i));
        }
        writer.finish(datasets);
        whole = true;
      } finally {
        writer.parts.values().forEach(ShardSet::close);
        if (!whole) {
          writer.files.clear();
        }
      }
      return PreparedDataset.open(out);
    } catch (IOException e) {
      throw new RunFailedException(
          out + " cannot be written: " + e, "check the folder, its permissions and the disk", e);
    }
  }

  private void copy(PreparedDataset dataset, int[] records) throws IOException {
    RecordIndex index = dataset.index();
    List<PreparedFile> shards = dataset.shardFiles();
    try (RecordFiles read = new RecordFiles(dataset.shards())) {
      for (int record : records) {
        ImageTextRecord copied =
            ImageTextRecord.parse(read.read(index.shard(record), index.offset(record)));
        captions.add(copied.captionKey(), 1);
        images.add(copied.imageKey(), 1);
        tokens += copied.inputIds().length - 2;
        parts.get(shards.get(index.shard(record)).split()).write(copied);
      }
    }
  }

  private void finish(List<PreparedDataset> datasets) throws IOException {
    List<PreparedFile> written = new ArrayList<>();
    for (ShardSet part : parts.values()) {
      written.addAll(part.finish());
    }
    RecordIndex index =
        RecordIndex.concat(
            parts.values().stream().map(ShardSet::index).toList(),
            parts.values().stream().map(ShardSet::count).toList());
    PreparedDataset first = datasets.get(0);
    written.add(
        files.write(
            PreparedDataset.VOCABULARY,
            Files.readAllBytes(first.folder().resolve(PreparedDataset.VOCABULARY))));
    written.add(files.write(RecordIndex.FILE, index.toBytes()));
    files.write(
        Manifest.FILE,
        manifest(datasets, index, written).toJson().getBytes(StandardCharsets.UTF_8));
  }

  private Manifest manifest(
      List<PreparedDataset> datasets, RecordIndex index, List<PreparedFile> written) {
    Manifest like = datasets.get(0).manifest();
    List<Manifest> all = datasets.stream().map(PreparedDataset::manifest).toList();
    List<SourceFile> sources = new ArrayList<>();
    List<DroppedRow> dropped = new ArrayList<>();
    Map<String, Long> reasons = new TreeMap<>();
    Map<String, Long> sides = new LinkedHashMap<>();
    Map<String, Long> ratios = new LinkedHashMap<>();
    for (Manifest manifest : all) {
      sources.addAll(manifest.sources());
      dropped.addAll(manifest.dropped());
      manifest.droppedByReason().forEach((reason, n) -> reasons.merge(reason, n, Long::sum));
      manifest.statistics().shortSides().forEach((side, n) -> sides.merge(side, n, Long::sum));
      manifest.statistics().sideRatios().forEach((side, n) -> ratios.merge(side, n, Long::sum));
    }
    boolean isWhole = all.stream().mapToLong(Manifest::records).sum() == index.size();
    return new Manifest(
        Manifest.FORMAT_VERSION,
        digest(all, written),
        String.join(" + ", all.stream().map(Manifest::source).toList()),
        sources,
        like.options(),
        like.encoding(),
        like.storedSize(),
        like.scored(),
        like.resize(),
        like.background(),
        like.contextLength(),
        like.vocabularySize(),
        all.stream().mapToLong(Manifest::rows).sum(),
        index.size(),
        captions.size(),
        images.size(),
        // Of a sample nobody counted; the share is that of the whole.
        share(all.stream().mapToLong(Manifest::captionsCut).sum(), index.size(), all),
        tokens,
        share(all.stream().mapToLong(Manifest::unknownTokens).sum(), index.size(), all),
        isWhole
            ? new Statistics(sides, ratios)
            : new Statistics(Collections.emptyMap(), Collections.emptyMap()),
        written,
        reasons,
        dropped);
  }

  private static long share(long count, long records, List<Manifest> all) {
    return Math.round(
        (double) count * records / Math.max(1, all.stream().mapToLong(Manifest::records).sum()));
  }

  private static String digest(List<Manifest> all, List<PreparedFile> written) {
    StringBuilder content = new StringBuilder();
    all.forEach(manifest -> content.append(manifest.digest()).append('\n'));
    written.forEach(file -> content.append(file.file()).append(file.crc32c()).append('\n'));
    return HexFormat.of()
        .formatHex(ContentKey.sha256().digest(content.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
