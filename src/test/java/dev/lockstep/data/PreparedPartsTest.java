package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sixty pairs of thirty images, in parts. */
class PreparedPartsTest {
  private static final StoreSpec STORE =
      new StoreSpec(8, Resize.SQUASH, Encoding.RAW, 95, Optional.empty(), 1, 1000, 100, 1000);

  private final WordPieceTokenizer tokenizer =
      new WordPieceTokenizer(
          Vocabulary.fromCaptions(List.of("第一二三四五六七八九0123456789"), TokenizerSpec.chineseClip()),
          TokenizerSpec.chineseClip());

  @TempDir Path folder;
  private Path csv;

  @BeforeEach
  void sixtyPairs() throws IOException {
    StringBuilder rows = new StringBuilder("text,image_path\n");
    for (int i = 0; i < 60; i++) {
      int image = i % 30;
      BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(image % 8, image / 8, 0xffffff);
      ImageIO.write(picture, "png", folder.resolve(image + ".png").toFile());
      rows.append(i < 20 ? "第0" : "第" + i).append(',').append(image).append(".png\n");
    }
    csv = Files.writeString(folder.resolve("pairs.csv"), rows);
  }

  private PreparedDataset prepare(SplitSpec split) {
    return new DatasetPreparer(
            folder.resolve("prepared"), STORE.with(ScreenSpec.NONE, split), tokenizer)
        .prepare(csv, PreparationListener.NONE)
        .dataset();
  }

  /** Trained on as JPEGs of 16 pixels, scored on without loss at 8: as if prepared for that. */
  @Test
  void whatIsScoredIsStoredAsScoringWantsIt() {
    SplitSpec split = new SplitSpec(0.2, 0.3).scoredAs(new StoredAs(Encoding.RAW, 8));
    StoreSpec large =
        new StoreSpec(
            16,
            Resize.SQUASH,
            Encoding.JPEG,
            95,
            Optional.empty(),
            1,
            1000,
            100,
            1000,
            ScreenSpec.NONE,
            split);
    PreparedDataset whole =
        new DatasetPreparer(folder.resolve("prepared"), large, tokenizer)
            .prepare(csv, PreparationListener.NONE)
            .dataset();
    Map<Long, byte[]> expected = new HashMap<>();
    records(prepare(SplitSpec.NONE)).forEach(r -> expected.put(r.imageKey(), r.image()));

    PreparedDataset training = whole.part(Split.TRAIN);
    assertThat(training.encoding()).isEqualTo(Encoding.JPEG);
    assertThat(training.storedSize()).isEqualTo(16);
    assertThat(records(training))
        .allMatch(
            record -> (record.image()[0] & 0xff) == 0xff && (record.image()[1] & 0xff) == 0xd8);
    for (Split part : List.of(Split.VALIDATION, Split.TEST)) {
      PreparedDataset scored = whole.part(part);
      assertThat(scored.encoding()).isEqualTo(Encoding.RAW);
      assertThat(scored.storedSize()).isEqualTo(8);
      assertThat(records(scored))
          .isNotEmpty()
          .allSatisfy(
              record -> assertThat(record.image()).isEqualTo(expected.get(record.imageKey())));
    }
    assertThat(DatasetCheck.of(whole.folder())).isEmpty();
    assertThat(new DatasetSummary(whole).toText())
        .contains("stored as jpeg of 16 pixels", "for validation and test: raw of 8 pixels");
    assertThatThrownBy(() -> DatasetRewriter.sample(whole, 0, 0, folder.resolve("none")))
        .hasMessageContaining("give 1 or more");
  }

  @Test
  void keepsEachImageInOnePart() {
    PreparedDataset whole = prepare(new SplitSpec(0.2, 0.3));

    Map<Split, Set<Long>> images = new HashMap<>();
    long records = 0;
    for (Split split : Split.values()) {
      RecordIndex index = whole.part(split).index();
      images.put(split, new HashSet<>());
      for (int i = 0; i < index.size(); i++) {
        images.get(split).add(index.imageKey(i));
      }
      records += index.size();
      assertThat(index.size()).isEqualTo(whole.part(split).records()).isPositive();
      assertThat(whole.part(split).shards())
          .allMatch(shard -> shard.getFileName().toString().startsWith(split + "-0"));
    }
    assertThat(records).isEqualTo(60);
    assertThat(images.values().stream().mapToInt(Set::size).sum()).isEqualTo(30);
    assertThat(DatasetCheck.of(whole.folder())).isEmpty();
  }

  @Test
  void saysThatAPartIsEmpty() {
    assertThatThrownBy(() -> prepare(SplitSpec.NONE).part(Split.TEST))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no image fell into the part for test");
  }

  @Test
  void indexIsThatOfTheShards() {
    PreparedDataset whole = prepare(new SplitSpec(0.2, 0.3));
    assertThat(whole.index().sameAs(RecordIndex.scan(whole.shards()))).isTrue();
    PreparedDataset test = whole.part(Split.TEST);
    assertThat(test.index().sameAs(RecordIndex.scan(test.shards()))).isTrue();
  }

  @Test
  void isUsedWhereItWasMovedTo() throws IOException {
    PreparedDataset made = prepare(SplitSpec.NONE);
    Path moved = Files.createDirectories(folder.resolve("other/machine"));
    try (var files = Files.list(made.folder())) {
      for (Path file : files.toList()) {
        Files.move(file, moved.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.delete(csv);

    DatasetPreparer preparer = new DatasetPreparer(folder.resolve("x"), STORE, tokenizer);
    DatasetSpec spec = DatasetSpec.of(moved);
    assertThat(spec.isPrepared()).isTrue();
    assertThat(preparer.prepare(spec, PreparationListener.NONE).dataset().records()).isEqualTo(60);

    WordPieceTokenizer other =
        new WordPieceTokenizer(
            Vocabulary.fromCaptions(List.of("x"), TokenizerSpec.chineseClip()),
            TokenizerSpec.chineseClip());
    assertThatThrownBy(
            () ->
                new DatasetPreparer(folder.resolve("x"), STORE, other)
                    .prepare(spec, PreparationListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer.vocabulary = " + moved.resolve("vocab.txt"));
  }

  @Test
  void namesAllThatIsDamaged() throws IOException {
    PreparedDataset whole = prepare(SplitSpec.NONE);
    byte[] bytes = Files.readAllBytes(whole.shards().get(1));
    bytes[bytes.length - 30] ^= 1;
    Files.write(whole.shards().get(1), bytes);
    Files.delete(whole.shards().get(3));

    assertThat(DatasetCheck.of(whole.folder()))
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("part-00001", "checksum"))
        .anySatisfy(line -> assertThat(line).contains("part-00003", "missing"));
  }

  @Test
  void samplesAndMerges() {
    PreparedDataset whole = prepare(new SplitSpec(0, 0.3));
    PreparedDataset some = DatasetRewriter.sample(whole, 25, 1, folder.resolve("some"));
    PreparedDataset again = DatasetRewriter.sample(whole, 25, 1, folder.resolve("again"));
    PreparedDataset both = DatasetRewriter.merge(List.of(whole, some), folder.resolve("both"));

    assertThat(some.records()).isEqualTo(25);
    assertThat(again.index().sameAs(some.index())).isTrue();
    assertThat(both.records()).isEqualTo(85);
    assertThat(both.part(Split.TEST).records())
        .isEqualTo(whole.part(Split.TEST).records() + some.part(Split.TEST).records());
    assertThat(both.manifest().captions()).isEqualTo(whole.manifest().captions());
    for (PreparedDataset dataset : List.of(some, both)) {
      assertThat(DatasetCheck.of(dataset.folder())).isEmpty();
    }
    assertThatThrownBy(
            () ->
                DatasetRewriter.merge(List.of(prepare(SplitSpec.NONE), whole), folder.resolve("c")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prepare all of them with the same data.split");
    assertThat(folder.resolve("c")).doesNotExist();
  }

  @Test
  void tellsOfCaptionsAndLosses() {
    DatasetSummary summary = new DatasetSummary(prepare(SplitSpec.NONE));

    assertThat(summary.repeatedCaptions()).containsExactly(new DatasetSummary.Repeated("第0", 20));
    // Of 60 captions 20 are one: two characters and two marks; the others have one or two digits.
    assertThat(summary.tokenLengths()).containsEntry(0, 60L);
    // A batch of 32: a row of the twenty has about 11 right answers, and ln 11 = 2.4 for a third.
    assertThat(summary.lossFloors().get(32)).isBetween(0.8, 1.3);
    assertThat(summary.toText()).contains("60 pairs of 60 rows", "20  第0");
    assertThat(summary.sheet(10)).contains("data:image/png;base64,").contains("10 of 60 pairs");
    assertThat(summary.toJson().get("records").getAsLong()).isEqualTo(60);
  }

  private static List<ImageTextRecord> records(PreparedDataset dataset) {
    List<ImageTextRecord> records = new ArrayList<>();
    for (Path shard : dataset.shards()) {
      try (TfRecordReader reader = new TfRecordReader(shard)) {
        reader.forEachRemaining(bytes -> records.add(ImageTextRecord.parse(bytes)));
      }
    }
    return records;
  }
}
