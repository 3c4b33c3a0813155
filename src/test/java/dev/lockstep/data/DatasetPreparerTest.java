package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.lockstep.data.Manifest.DroppedRow;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPreparerTest {
  private static final ReferencePixels PILLOW = new ReferencePixels("images");
  private static final StoreSpec STORE =
      new StoreSpec(
          16, Resize.SQUASH, Encoding.RAW, 95, Optional.of(Background.WHITE), 8, 1 << 20, 20, 1500);

  private final WordPieceTokenizer tokenizer =
      new WordPieceTokenizer(
          Vocabulary.fromCaptions(List.of("嘿嘿", "哈哈 笑"), TokenizerSpec.chineseClip()),
          TokenizerSpec.chineseClip());

  @TempDir Path folder;
  private Path prepared;
  private Path csv;

  @BeforeEach
  void threePairsAndWhatIsDropped() throws IOException {
    prepared = folder.resolve("prepared");
    csv = folder.resolve("pairs.csv");
    Files.createDirectory(folder.resolve("images"));
    for (String name : List.of("rgb.png", "rgba.png")) {
      Files.write(folder.resolve("images").resolve(name), PILLOW.image(name));
    }
    Files.writeString(folder.resolve("images/page.png"), "<html>");
    Files.writeString(
        csv,
        """
        text,image_path
        嘿嘿,images/rgb.png
        嘿嘿,images/none.png
        " 哈哈
        笑 ",images/rgba.png
        "\u200b",images/rgb.png
        哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈,images/rgb.png
        哈,狗,images/rgb.png
        哈哈,images/page.png
        哈哈,
        哈哈 笑,images/rgb.png
        """);
  }

  @Test
  void keepsGoodRowsInOrder() throws IOException {
    Preparation preparation = prepare();

    List<ImageTextRecord> records = records(preparation.dataset());
    assertThat(records).extracting(ImageTextRecord::row).containsExactly(0L, 2L, 8L);
    assertThat(records).extracting(ImageTextRecord::text).containsExactly("嘿嘿", "哈哈 笑", "哈哈 笑");
    assertThat(records.get(1).captionKey())
        .isEqualTo(records.get(2).captionKey())
        .isNotEqualTo(records.get(0).captionKey());
    assertThat(records.get(0).imageKey())
        .isEqualTo(records.get(2).imageKey())
        .isNotEqualTo(records.get(1).imageKey());
    assertThat(records.get(1).inputIds()).isEqualTo(tokenizer.encode("哈哈 笑"));
    assertThat(ReferencePixels.differences(records.get(1).image(), PILLOW.expected("rgba.png"))[0])
        .isLessThanOrEqualTo(1);
  }

  @Test
  void saysForEachRowWhyItIsDropped() {
    Preparation preparation = prepare();

    assertThat(preparation.rows()).isEqualTo(9);
    assertThat(preparation.kept()).isEqualTo(3);
    assertThat(preparation.dropped()).isEqualTo(6);
    assertThat(preparation.dataset().manifest().dropped())
        .extracting(DroppedRow::row, DroppedRow::line, DroppedRow::reason)
        .containsExactly(
            tuple(1L, 3L, DropReason.IMAGE_MISSING),
            tuple(3L, 6L, DropReason.CAPTION_EMPTY),
            tuple(4L, 7L, DropReason.CAPTION_TOO_LONG),
            tuple(5L, 8L, DropReason.ROW_MALFORMED),
            tuple(6L, 9L, DropReason.IMAGE_NOT_AN_IMAGE),
            tuple(7L, 10L, DropReason.IMAGE_MISSING));
    assertThat(preparation.droppedByReason())
        .containsEntry("image-missing", 2L)
        .containsEntry("caption-empty", 1L)
        .hasSize(5);
    assertThat(preparation.dataset().manifest().captions()).isEqualTo(2);
    assertThat(preparation.dataset().manifest().images()).isEqualTo(2);
  }

  /**
   * Its header is that of a PNG, so that only decoding shows it; the sheet has no picture of it.
   */
  @Test
  void anImageThatIsDamagedInsideIsDropped() throws IOException {
    byte[] png = PILLOW.image("rgb.png");
    Arrays.fill(png, 60, png.length - 20, (byte) 7);
    Files.write(folder.resolve("images/damaged.png"), png);
    Files.writeString(csv, "哈,images/damaged.png\n", StandardOpenOption.APPEND);

    Preparation preparation = prepare();

    assertThat(preparation.droppedByReason()).containsEntry("image-corrupt", 1L);
    assertThat(preparation.firstMalformed())
        .hasValue("pairs.csv:8: 3 fields where the header has 2");
    assertThat(preparation.dataset().folder().resolve("screen.html"))
        .content()
        .contains("damaged.png: does not decode");
  }

  @Test
  void splitsIntoShardsThatAMachineCanCheck() {
    PreparedDataset dataset = prepare().dataset();

    // A record has 16 x 16 x 3 = 768 bytes of pixels, and a shard ends beyond 1,500.
    assertThat(dataset.shards())
        .extracting(shard -> shard.getFileName().toString())
        .containsExactly("part-00000-of-00002.tfrecord", "part-00001-of-00002.tfrecord");
    assertThat(dataset.folder().getFileName().toString()).matches("pairs-[0-9a-f]{12}");
    assertThat(dataset.vocabulary().toBytes()).isEqualTo(tokenizer.vocabulary().toBytes());
    dataset.verify();
  }

  @Test
  void findsAgainWhatIsThere() throws IOException {
    Preparation first = prepare();
    Preparation second = prepare();

    assertThat(first.reused()).isFalse();
    assertThat(second.reused()).isTrue();
    assertThat(second.dataset()).isEqualTo(first.dataset());

    Files.setLastModifiedTime(folder.resolve("images/rgb.png"), FileTime.fromMillis(1));
    assertThat(prepare().reused()).as("an image has changed").isFalse();
    Files.writeString(csv, "text,image_path\n嘿嘿,images/rgb.png\n");
    assertThat(prepare().reused()).as("the CSV has changed").isFalse();
  }

  @Test
  void writesTheSameBytesEachTime() throws IOException {
    PreparedDataset one = prepare().dataset();
    prepared = folder.resolve("elsewhere");
    PreparedDataset two = prepare().dataset();

    assertThat(two.manifest()).isEqualTo(one.manifest());
    assertThat(Files.readAllBytes(two.shards().get(0)))
        .isEqualTo(Files.readAllBytes(one.shards().get(0)));
  }

  @Test
  void makesAnewWhatWasLeftHalfWritten() throws IOException {
    Path made = prepare().dataset().folder();
    Files.delete(made.resolve(Manifest.FILE));
    Files.writeString(made.resolve("part-00007.tfrecord.tmp"), "rest");

    assertThatThrownBy(() -> PreparedDataset.open(made))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no manifest.json");
    Preparation again = prepare();

    assertThat(again.reused()).isFalse();
    assertThat(again.dataset().folder()).isEqualTo(made);
    assertThat(made.resolve("part-00007.tfrecord.tmp")).doesNotExist();
  }

  @Test
  void refusesACsvOfWhichNothingIsLeft() throws IOException {
    Files.writeString(csv, "text,image_path\n嘿嘿,none.png\n哈,none.png\n");

    assertThatThrownBy(this::prepare)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not one of 2 rows can be used (image-missing 2)")
        .hasMessageContaining(
            "on line 2 of pairs.csv: no such file: " + folder.resolve("none.png"));
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void leavesNothingWhereTheDiskIsFull() {
    DatasetPreparer full =
        new DatasetPreparer(
            prepared,
            STORE,
            tokenizer,
            file ->
                new OutputStream() {
                  private final OutputStream real = ShardSet.Disk.REAL.open(file);

                  @Override
                  public void write(int b) throws IOException {
                    real.write(b);
                    throw new IOException("No space left on device");
                  }

                  @Override
                  public void close() throws IOException {
                    real.close();
                  }
                });

    assertThatThrownBy(() -> full.prepare(csv, PreparationListener.NONE))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("part-00000.tfrecord.tmp cannot be written: No space left on device")
        .hasMessageContaining("the prepared data needs about 1 MiB");
    assertThat(leftBehind()).isEmpty();
    assertThat(prepare().kept()).isEqualTo(3);
  }

  @Test
  void saysThatTheFolderCannotBeMade() throws IOException {
    Files.writeString(prepared, "a file");

    assertThatThrownBy(this::prepare)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void tellsAListenerOfEachRow() {
    List<String> heard = new ArrayList<>();
    PreparationListener listener =
        new PreparationListener() {
          @Override
          public void onStart(String source, long rows) {
            heard.add("start " + rows);
          }

          @Override
          public void onRow(long done, long dropped) {
            heard.add(done + " " + dropped);
          }
        };

    new DatasetPreparer(prepared, STORE, tokenizer).prepare(csv, listener);

    // Three rows are dropped for their text before an image is looked at.
    assertThat(heard)
        .containsExactly("start 9", "1 1", "2 2", "3 3", "4 3", "5 4", "6 4", "7 5", "8 6", "9 6");
  }

  private Preparation prepare() {
    return new DatasetPreparer(prepared, STORE, tokenizer).prepare(csv, PreparationListener.NONE);
  }

  private List<Path> leftBehind() {
    try (var files = Files.walk(prepared)) {
      return files.filter(file -> Files.isRegularFile(file) && !isLock(file)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLock(Path file) {
    return file.getFileName().toString().endsWith(".lock");
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
