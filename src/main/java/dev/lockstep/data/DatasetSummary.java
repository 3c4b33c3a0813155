package dev.lockstep.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** What can be told of prepared data without looking at its images. */
public final class DatasetSummary {
  private static final int[] BATCH_SIZES = {32, 128, 512, 2048, 8192};
  private static final int SAMPLED_BATCHES = 20;
  private static final int LENGTH_STEP = 8;
  private static final int MOST_REPEATED = 10;

  private final PreparedDataset dataset;
  private final RecordIndex index;

  public DatasetSummary(PreparedDataset dataset) {
    this.dataset = dataset;
    this.index = dataset.index();
  }

  /**
   * A caption and how many pairs have it.
   *
   * @param text empty where the record cannot be read
   */
  record Repeated(String text, long pairs) {}

  /** By the least number of tokens in each step of eight, how many captions have so many. */
  Map<Integer, Long> tokenLengths() {
    Map<Integer, Long> lengths = new LinkedHashMap<>();
    for (int from = 0; from <= dataset.manifest().contextLength(); from += LENGTH_STEP) {
      lengths.put(from, 0L);
    }
    for (int record = 0; record < index.size(); record++) {
      lengths.merge(index.tokens(record) / LENGTH_STEP * LENGTH_STEP, 1L, Long::sum);
    }
    return lengths;
  }

  /**
   * The captions that most pairs share, the most frequent first; those of one pair are left out.
   */
  List<Repeated> repeatedCaptions() {
    LongCounts counts = new LongCounts();
    LongCounts firsts = new LongCounts();
    for (int record = 0; record < index.size(); record++) {
      if (counts.add(index.captionKey(record), 1) == 1) {
        firsts.put(index.captionKey(record), record);
      }
    }
    Map<Integer, Long> repeated = new HashMap<>();
    long[] sorted = counts.values();
    Arrays.sort(sorted);
    long least = Math.max(2, sorted[Math.max(0, sorted.length - MOST_REPEATED)]);
    for (int record = 0; record < index.size(); record++) {
      long key = index.captionKey(record);
      if (counts.get(key) >= least && firsts.get(key) == record) {
        repeated.put(record, counts.get(key));
      }
    }
    try (RecordFiles files = new RecordFiles(dataset.shards())) {
      return repeated.entrySet().stream()
          .sorted(
              Map.Entry.<Integer, Long>comparingByValue()
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .limit(MOST_REPEATED)
          .map(entry -> new Repeated(text(files, entry.getKey()), entry.getValue()))
          .toList();
    }
  }

  /**
   * By batch size, the least loss that a perfect model has on batches drawn at random, where pairs
   * that share a caption or an image are right answers to each other: the mean of ln(right answers)
   * over rows and batches, as {@code objective.InfoNce} has it.
   */
  Map<Integer, Double> lossFloors() {
    Map<Integer, Double> floors = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int batchSize : BATCH_SIZES) {
      if (batchSize <= index.size()) {
        double sum = 0;
        for (int i = 0; i < SAMPLED_BATCHES; i++) {
          sum += floor(draw(random, batchSize));
        }
        floors.put(batchSize, sum / SAMPLED_BATCHES);
      }
    }
    return floors;
  }

  private int[] draw(SplittableRandom random, int count) {
    Set<Integer> drawn = new HashSet<>();
    while (drawn.size() < count) {
      drawn.add(random.nextInt(index.size()));
    }
    return drawn.stream().mapToInt(Integer::intValue).toArray();
  }

  private double floor(int[] batch) {
    Map<Long, List<Integer>> byCaption = new HashMap<>();
    Map<Long, List<Integer>> byImage = new HashMap<>();
    for (int record : batch) {
      byCaption.computeIfAbsent(index.captionKey(record), k -> new ArrayList<>()).add(record);
      byImage.computeIfAbsent(index.imageKey(record), k -> new ArrayList<>()).add(record);
    }
    double sum = 0;
    for (int record : batch) {
      Set<Integer> answers = new HashSet<>(byCaption.get(index.captionKey(record)));
      answers.addAll(byImage.get(index.imageKey(record)));
      sum += Math.log(answers.size());
    }
    return sum / batch.length;
  }

  private String text(RecordFiles files, int record) {
    try {
      return ImageTextRecord.parse(files.read(index.shard(record), index.offset(record))).text();
    } catch (IOException | IllegalArgumentException e) {
      return "";
    }
  }

  /** For a person to read. */
  public String toText() {
    Manifest manifest = dataset.manifest();
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %,d pairs of %,d rows of %s",
        dataset.folder(),
        manifest.records(),
        manifest.rows(),
        manifest.source());
    line(
        text,
        "%,d captions, %,d images; stored as %s of %d pixels; %,d tokens in the vocabulary",
        manifest.captions(),
        manifest.images(),
        manifest.encoding().name().toLowerCase(Locale.ROOT),
        manifest.storedSize(),
        manifest.vocabularySize());
    if (manifest.scored() != null) {
      line(
          text,
          "for validation and test: %s of %d pixels",
          manifest.scored().encoding().name().toLowerCase(Locale.ROOT),
          manifest.scored().size());
    }
    parts().forEach((part, count) -> line(text, "%,d pairs for %s", count, part));
    manifest.droppedByReason().forEach((reason, n) -> line(text, "dropped: %,d %s", n, reason));
    line(
        text,
        "%ntokens of a caption, [CLS] and [SEP] included (%,d cut, %.2f%% unknown)",
        manifest.captionsCut(),
        100.0 * manifest.unknownTokens() / Math.max(1, manifest.tokens()));
    bars(text, tokenLengths(), LENGTH_STEP);
    line(text, "%nshort side of the images as they were published, pixels from");
    manifest.statistics().shortSides().forEach((side, count) -> bar(text, side, count));
    line(text, "%nlonger side / shorter side from");
    manifest.statistics().sideRatios().forEach((ratio, count) -> bar(text, ratio, count));
    line(text, "%nthe most frequent captions");
    repeatedCaptions().forEach(r -> line(text, "  %,8d  %s", r.pairs(), r.text()));
    line(text, "%nleast loss where repeated captions and images are right answers");
    lossFloors()
        .forEach(
            (size, floor) ->
                line(text, "  batch of %,5d  %.4f of ln N = %.3f", size, floor, Math.log(size)));
    return text.toString();
  }

  private Map<String, Long> parts() {
    Map<String, Long> parts = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      if (dataset.has(split)) {
        parts.put(split.toString(), dataset.part(split).records());
      }
    }
    return parts;
  }

  private void bars(StringBuilder text, Map<Integer, Long> counts, int step) {
    counts.forEach((from, count) -> bar(text, from + "-" + (from + step - 1), count));
  }

  private void bar(StringBuilder text, String label, long count) {
    if (count > 0) {
      int length = (int) Math.ceil(40.0 * count / Math.max(1, index.size()));
      line(text, "  %8s %,10d  %s", label, count, "#".repeat(length));
    }
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** For a program to read. */
  public JsonObject toJson() {
    Manifest manifest = dataset.manifest();
    JsonObject json = new JsonObject();
    json.addProperty("source", manifest.source());
    json.addProperty("rows", manifest.rows());
    json.addProperty("records", manifest.records());
    json.addProperty("captions", manifest.captions());
    json.addProperty("images", manifest.images());
    json.add("parts", numbers(parts()));
    json.add("dropped", numbers(manifest.droppedByReason()));
    json.add("tokenLengths", numbers(tokenLengths()));
    json.add("shortSides", numbers(manifest.statistics().shortSides()));
    json.add("sideRatios", numbers(manifest.statistics().sideRatios()));
    json.add("lossFloors", numbers(lossFloors()));
    JsonArray repeated = new JsonArray();
    for (Repeated caption : repeatedCaptions()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("text", caption.text());
      entry.addProperty("pairs", caption.pairs());
      repeated.add(entry);
    }
    json.add("repeatedCaptions", repeated);
    return json;
  }

  private static JsonObject numbers(Map<?, ? extends Number> values) {
    JsonObject object = new JsonObject();
    values.forEach((name, value) -> object.addProperty(String.valueOf(name), value));
    return object;
  }

  /**
   * A page of some of the pairs, drawn evenly, with their pictures as they are stored.
   *
   * @param pictures how many
   */
  public String sheet(int pictures) {
    List<PictureSheet.Picture> shown = new ArrayList<>();
    int count = Math.min(pictures, index.size());
    try (RecordFiles files = new RecordFiles(dataset.shards())) {
      for (int i = 0; i < count; i++) {
        int record = (int) ((long) i * index.size() / count);
        shown.add(picture(files, record));
      }
    }
    return new PictureSheet("Pairs of " + dataset.folder().getFileName())
        .section(
            "%,d of %,d pairs".formatted(count, index.size()),
            "as they are stored, at even distances",
            shown)
        .toHtml();
  }

  private PictureSheet.Picture picture(RecordFiles files, int record) {
    try {
      ImageTextRecord read =
          ImageTextRecord.parse(files.read(index.shard(record), index.offset(record)));
      return new PictureSheet.Picture(
          Optional.of(StoredPicture.of(read, encodingOf(record))), read.text(), "");
    } catch (IOException | IllegalArgumentException e) {
      return new PictureSheet.Picture(Optional.empty(), "", String.valueOf(e.getMessage()));
    }
  }

  private Encoding encodingOf(int record) {
    return dataset.encodingOf(dataset.shardFiles().get(index.shard(record)));
  }
}
