package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.data.DataSpec.OnBadShard;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.RecordIndex;
import dev.lockstep.data.TfRecordWriter;
import dev.lockstep.input.MixedStream.Share;
import dev.lockstep.input.Reading.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several captions of an image side by side, which is in the batch once. */
class CaptionsPerImageTest {
  private static final InputSpec INPUT =
      InputSpec.from(Block.parse("shuffle-buffer = 60, parallelism = 2"));

  @TempDir Path folder;

  /** Image 7 has the records 0, 3 and 5; image 8 has 1 and 4; image 9 has 2. */
  @Test
  void groupsStandWhereTheirFirstRecordStood() {
    RecordIndex index = new RecordIndex(6);
    long[] images = {7, 8, 9, 7, 8, 7};
    for (long image : images) {
      index.add(0, 0, 5, 1, image);
    }
    CaptionGroups groups = new CaptionGroups(index, 0, 6, 2);

    assertThat(groups.count()).isEqualTo(4);
    int[] order = {4, 5, 3, 0, 2, 1};
    // Epoch 0: 7 is (0 3) (5 0), 8 is (1 4), 9 is (2 2).
    assertThat(groups.of(order, 0)).containsExactly(5, 0, 0, 3, 2, 2, 1, 4);
    // Epoch 1: the captions are turned by one: 7 is (3 5) (0 3), 8 is (4 1).
    assertThat(groups.of(order, 1)).containsExactly(4, 1, 3, 5, 0, 3, 2, 2);
  }

  @Test
  void eachPairComesInEveryEpochOfEveryDataset() {
    RecordIndex index = new RecordIndex(110);
    for (int i = 0; i < 110; i++) {
      index.add(0, 0, 5, i, i < 100 ? i / 2 : 1000 + (i - 100) / 5);
    }
    List<Share> shares = List.of(new Share(0, 100, 3), new Share(100, 10, 1));
    MixedStream stream = new MixedStream(index, shares, 2, 1000, 7);

    int[] records = IntStream.range(0, 16384).map(stream::at).toArray();

    for (int i = 0; i < records.length; i += 2) {
      assertThat(index.imageKey(records[i])).isEqualTo(index.imageKey(records[i + 1]));
    }
    assertThat(Arrays.stream(records).filter(r -> r < 100).count()).isEqualTo(12288);
    int[] epoch = Arrays.stream(records).filter(r -> r < 100).limit(100).sorted().toArray();
    assertThat(epoch).isEqualTo(IntStream.range(0, 100).toArray());
    // Five captions make three groups, so that one of them comes twice.
    int[] small = Arrays.stream(records).filter(r -> r >= 100).limit(12).toArray();
    assertThat(Arrays.stream(small).distinct().sorted().toArray())
        .isEqualTo(IntStream.range(100, 110).toArray());
  }

  @Test
  void aBatchHasEachImageOnceAndGoesOnAlike() throws IOException {
    RecordSource source = pictures(60, 3, 6);
    for (String augment : List.of("", "augment { brightness = 0.3 }")) {
      InputSpec spec = InputSpec.from(Block.parse("shuffle-buffer = 60, " + augment));
      List<Read> whole;
      try (Reading reading = reading(source, spec, 3)) {
        whole = reading.start(0).next(12);
        for (Read batch : whole) {
          assertThat(batch.imageShape()).containsExactly(4, 4, 4, 3);
          assertImages(batch, 3, augment.isEmpty());
        }
      }
      try (Reading reading = reading(source, spec, 3)) {
        List<Read> rest = reading.start(7 * 12).next(5);
        for (int i = 0; i < 5; i++) {
          assertThat(rest.get(i).sameAs(whole.get(7 + i))).isTrue();
        }
      }
    }
  }

  /** A caption must not come to stand beside the image that replaced its own. */
  @Test
  void whatReplacesALostRecordReplacesItsGroup() throws IOException {
    RecordSource source = pictures(60, 3, 6);
    Path shard = source.files().get(1);
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
    try (Reading reading = reading(source, INPUT.withOnBadShard(OnBadShard.SKIP), 3)) {
      for (Read batch : reading.start(0).next(20)) {
        assertImages(batch, 3, true);
      }
      assertThat(reading.pipeline().losses().values()).allMatch(lost -> lost > 0).hasSize(1);
    }
  }

  /** The image of records 3i to 3i+2 is one value, 10 + i, and its key is i. */
  private static void assertImages(Read batch, int captions, boolean asStored) {
    int ofImage = 4 * 4 * 3;
    for (int pair = 0; pair < batch.rows().size(); pair++) {
      long image = batch.imageKeys().get(pair);
      assertThat(batch.rows().get(pair) / captions).isEqualTo(image);
      assertThat(batch.ids()[pair][1]).isEqualTo(100 + batch.rows().get(pair).intValue());
      if (asStored) {
        assertThat((long) batch.pixels()[pair / captions * ofImage]).isEqualTo(10 + image);
      }
    }
  }

  private static Reading reading(RecordSource source, InputSpec spec, int captions) {
    return new Reading(
        tf -> new BatchIterator(tf, BatchLayout.pairs(4).withCaptionsPerImage(captions)),
        it -> InputPipeline.training(it, source, spec, 12, 7));
  }

  private RecordSource pictures(int records, int captions, int shards) throws IOException {
    List<RecordSource.Shard> files = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      Path file = folder.resolve("captions-" + shard + ".tfrecord");
      try (TfRecordWriter writer = new TfRecordWriter(file)) {
        for (int i = records * shard / shards; i < records * (shard + 1) / shards; i++) {
          byte[] image = new byte[4 * 4 * 3];
          Arrays.fill(image, (byte) (10 + i / captions));
          writer.write(
              new ImageTextRecord(
                      image, new int[] {0, 100 + i}, 1000 + i, i / captions, i, "text " + i)
                  .toBytes());
        }
        files.add(new RecordSource.Shard(file, writer.records()));
      }
    }
    return new RecordSource("the test's data", files, Encoding.RAW, 4, Optional.empty(), 20);
  }
}
