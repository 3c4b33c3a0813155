package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;
import static dev.lockstep.diagnose.Phrases.percent;

import dev.lockstep.data.Encoding;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.Manifest;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.TfRecordReader;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the prepared data says before anything is trained.
 *
 * @param lines for a reader
 * @param findings what is wrong with it
 */
public record DataCheck(List<String> lines, List<Finding> findings) {
  /** Records that are read; the manifest knows the rest. */
  private static final int SAMPLE = 20_000;

  private static final int DRAWS = 20;
  private static final double MANY_CUT = 0.3;
  private static final double MANY_UNREADABLE = 0.1;
  private static final double FEW_DISTINCT = 0.5;

  private record Pair(long caption, long image, boolean blank) {}

  /**
   * A batch as it can be expected.
   *
   * @param floor the mean of ln of how many right answers a row has: no loss can be less
   */
  record ExpectedBatch(double captions, double images, double floor) {}

  /**
   * Reads up to 20,000 records.
   *
   * @param batch pairs in a batch of the training
   * @param captionsPerImage how many of them show one image side by side
   */
  public static DataCheck of(PreparedDataset data, int batch, int captionsPerImage) {
    Manifest manifest = data.manifest();
    List<Pair> pairs = sample(data);
    ExpectedBatch expected = expect(pairs, batch, captionsPerImage);
    double blank = pairs.stream().filter(Pair::blank).count() / (double) pairs.size();
    double cut = (double) manifest.captionsCut() / manifest.records();
    double unknown = (double) manifest.unknownTokens() / Math.max(1, manifest.tokens());
    double dropped = (double) (manifest.rows() - manifest.records()) / manifest.rows();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d pairs of %,d rows: %,d different captions, %,d different images; %s dropped"
            .formatted(
                manifest.records(),
                manifest.rows(),
                manifest.captions(),
                manifest.images(),
                percent(dropped)));
    lines.add(
        ("a batch of %d: %.1f different captions, %.1f different images; the loss cannot be under"
                + " %s (ln %d is %s)")
            .formatted(
                batch,
                expected.captions(),
                expected.images(),
                number(expected.floor()),
                batch,
                number(Math.log(batch))));
    lines.add(
        "captions: %.1f tokens on average, %s cut to %d, %s of the tokens [UNK]; images of one colour: %s"
            .formatted(
                (double) manifest.tokens() / manifest.records(),
                percent(cut),
                manifest.contextLength(),
                percent(unknown),
                percent(blank)));
    return new DataCheck(
        lines, findings(manifest, expected, batch, captionsPerImage, blank, cut, unknown, dropped));
  }

  private static List<Finding> findings(
      Manifest manifest,
      ExpectedBatch expected,
      int batch,
      int captionsPerImage,
      double blank,
      double cut,
      double unknown,
      double dropped) {
    List<Finding> findings = new ArrayList<>();
    if (manifest.images() == 1 || blank > FEW_DISTINCT) {
      String seen =
          manifest.images() == 1
              ? "all %,d pairs have the same image".formatted(manifest.records())
              : percent(blank) + " of the images are of one colour";
      findings.add(
          new Finding(
              "one-image",
              Severity.ERROR,
              seen + ", so no image can be told from another and the loss stays at its floor",
              manifest.images() == 1 ? 1 : blank,
              "see the column image_path of data.train, and data.background where the images are"
                  + " transparent"));
    }
    if (unknown > InputRules.MANY_UNKNOWN) {
      findings.add(InputRules.unknownTokens(unknown));
    }
    if (expected.captions() < FEW_DISTINCT * batch) {
      findings.add(InputRules.repeatedCaptions(batch, expected.captions(), expected.floor()));
    }
    if (manifest.images() > 1 && expected.images() < FEW_DISTINCT * batch / captionsPerImage) {
      findings.add(
          new Finding(
              "repeated-images",
              Severity.WARNING,
              "a batch of %d holds about %.0f different images, so most of its pairs say nothing new"
                  .formatted(batch, expected.images()),
              expected.images() / batch,
              "give more images in data.train"));
    }
    if (cut > MANY_CUT) {
      findings.add(
          new Finding(
              "captions-cut",
              Severity.WARNING,
              "%s of the captions are cut to %d tokens: what stands at their end is never read"
                  .formatted(percent(cut), manifest.contextLength()),
              cut,
              "raise tokenizer.context-length from " + manifest.contextLength()));
    }
    if (dropped > MANY_UNREADABLE) {
      findings.add(
          new Finding(
              "rows-dropped",
              Severity.WARNING,
              "%s of the rows of %s could not be used (%s)"
                  .formatted(percent(dropped), manifest.source(), manifest.droppedByReason()),
              dropped,
              "see 'dropped' in manifest.json of the prepared data for each row and its reason"));
    }
    return findings;
  }

  private static List<Pair> sample(PreparedDataset data) {
    List<Pair> pairs = new ArrayList<>();
    for (Path shard : data.shards()) {
      try (TfRecordReader reader = new TfRecordReader(shard)) {
        while (reader.hasNext() && pairs.size() < SAMPLE) {
          ImageTextRecord record = ImageTextRecord.parse(reader.next());
          pairs.add(
              new Pair(
                  record.captionKey(),
                  record.imageKey(),
                  data.encoding() == Encoding.RAW && isBlank(record.image())));
        }
      }
    }
    return pairs;
  }

  /** Whether all pixels are equal. */
  private static boolean isBlank(byte[] pixels) {
    for (int i = 3; i < pixels.length; i++) {
      if (pixels[i] != pixels[i - 3]) {
        return false;
      }
    }
    return true;
  }

  /** The mean over some batches that are drawn at random. */
  private static ExpectedBatch expect(List<Pair> pairs, int batch, int captionsPerImage) {
    SplittableRandom random = new SplittableRandom(1);
    double captions = 0;
    double images = 0;
    double floor = 0;
    // Beyond some hundred rows the shares change little, and the work grows with the square.
    int groups = Math.min(pairs.size(), Math.min(batch, 1024)) / captionsPerImage;
    int rows = Math.max(1, groups) * captionsPerImage;
    Map<Long, List<Pair>> byImage = pairs.stream().collect(Collectors.groupingBy(Pair::image));
    for (int draw = 0; draw < DRAWS; draw++) {
      List<Pair> drawn =
          draw(pairs, rows / captionsPerImage, random).stream()
              .flatMap(pair -> captions(byImage.get(pair.image), pair, captionsPerImage))
              .toList();
      Set<Long> captionKeys = new HashSet<>();
      Set<Long> imageKeys = new HashSet<>();
      for (Pair pair : drawn) {
        captionKeys.add(pair.caption);
        imageKeys.add(pair.image);
        long right =
            drawn.stream()
                .filter(other -> other.caption == pair.caption || other.image == pair.image)
                .count();
        floor += Math.log(right) / rows;
      }
      captions += captionKeys.size();
      images += imageKeys.size();
    }
    double scale = (double) batch / rows;
    return new ExpectedBatch(scale * captions / DRAWS, scale * images / DRAWS, floor / DRAWS);
  }

  /** So many of an image, from one of them on. */
  private static Stream<Pair> captions(List<Pair> ofImage, Pair first, int count) {
    if (count == 1) {
      return Stream.of(first);
    }
    int place = ofImage.indexOf(first);
    return IntStream.range(place, place + count).mapToObj(i -> ofImage.get(i % ofImage.size()));
  }

  /** Different pairs, as an epoch gives them. */
  private static List<Pair> draw(List<Pair> pairs, int rows, SplittableRandom random) {
    Set<Integer> places = new HashSet<>();
    while (places.size() < rows) {
      places.add(random.nextInt(pairs.size()));
    }
    return places.stream().map(pairs::get).toList();
  }
}
