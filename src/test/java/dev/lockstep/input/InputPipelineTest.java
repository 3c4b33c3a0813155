package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Reading.Read;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputPipelineTest {
  private static final InputSpec SPEC =
      InputSpec.from(Block.parse("shuffle-buffer = 16, parallelism = 2"));
  private static final InputSpec AUGMENTED =
      InputSpec.from(
          Block.parse(
              """
              shuffle-buffer = 16, parallelism = 2
              augment {
                scale = [0.8, 1.2], crop = [0.5, 1], rotation-degrees = 10, translation = 0.1
                flip = 0.5, brightness = 0.2, contrast = 0.2, saturation = 0.3, hue-degrees = 20
                grayscale = 0.2, channel-contrast = 0.2, channel-shift = 0.1, erase = 0.3
              }
              """));

  @TempDir Path folder;

  @Test
  void batchHoldsWhatTheRecordsHold() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    try (Reading reading = new Reading(4, it -> InputPipeline.evaluation(it, source, SPEC, 16))) {
      Read batch = reading.start(0).next();

      assertThat(batch.rows()).containsExactlyElementsOf(longs(0, 16));
      assertThat(batch.captionKeys()).containsExactlyElementsOf(longs(1000, 1016));
      assertThat(batch.imageKeys()).containsExactlyElementsOf(longs(2000, 2016));
      assertThat(batch.imageShape()).containsExactly(16, 4, 4, 3);
      for (int i = 0; i < 16; i++) {
        assertThat(batch.pixels()[i * 48]).isEqualTo((byte) i);
        assertThat(batch.pixels()[i * 48 + 47]).isEqualTo((byte) i);
      }
      // The longest of the first 16 texts has 12 tokens, so they are padded to 16.
      assertThat(batch.ids()[1])
          .containsExactly(0, 101, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      assertThat(batch.mask()[1]).containsExactly(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      assertThat(batch.waitSeconds()).isBetween(0.0, 60.0);
    }
  }

  @Test
  void modelKnowsTheStaticShapes() {
    RecordSource source = Shards.plain(folder, 8, 1, 4);
    try (Reading reading = new Reading(4, it -> InputPipeline.evaluation(it, source, SPEC, 4))) {
      assertThat(reading.operands().images().shape().asArray()).containsExactly(-1, 4, 4, 3);
      assertThat(reading.operands().inputIds().shape().asArray()).containsExactly(-1, -1);
    }
  }

  @Test
  void evaluationGivesEveryRecordOnceAndKeepsTheSmallerLastBatch() {
    RecordSource source = Shards.plain(folder, 41, 3, 4);
    try (Reading reading = new Reading(4, it -> InputPipeline.evaluation(it, source, SPEC, 16))) {
      reading.start(0);
      assertThat(reading.pipeline().batches()).isEqualTo(3);
      List<Long> rows = reading.next(3).stream().flatMap(b -> b.rows().stream()).toList();
      assertThat(rows).containsExactlyElementsOf(longs(0, 41));
      assertThat(reading.start(0).next().rows()).containsExactlyElementsOf(longs(0, 16));
    }
  }

  @Test
  void eachEpochHoldsEveryRecordOnceInAnOrderOfItsOwn() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SPEC, 20, 7))) {
      List<Long> rows = reading.start(0).next(6).stream().flatMap(b -> b.rows().stream()).toList();
      List<Long> first = rows.subList(0, 40);
      List<Long> second = rows.subList(40, 80);
      assertThat(first).containsExactlyInAnyOrderElementsOf(longs(0, 40));
      assertThat(second).containsExactlyInAnyOrderElementsOf(longs(0, 40));
      assertThat(rows.subList(80, 120)).containsExactlyInAnyOrderElementsOf(longs(0, 40));
      assertThat(first).isNotEqualTo(second).isNotEqualTo(longs(0, 40));
    }
  }

  @Test
  void startedAtAnyPositionItGoesOnAsIfNeverInterrupted() {
    RecordSource source = Shards.plain(folder, 41, 3, 8);
    int batchSize = 8;
    List<Read> whole;
    try (Reading reading =
        new Reading(4, it -> InputPipeline.training(it, source, AUGMENTED, batchSize, 7))) {
      whole = reading.start(0).next(20);
      assertThat(reading.start(16).next().sameAs(whole.get(2))).isTrue();
    }
    // 41 records: steps 0 to 5 begin in the first epoch, 6 to 10 in the second, 11 to 15 in the
    // third.
    for (int step : new int[] {3, 6, 9, 10, 14}) {
      try (Reading reading =
          new Reading(4, it -> InputPipeline.training(it, source, AUGMENTED, batchSize, 7))) {
        List<Read> rest = reading.start((long) step * batchSize).next(4);
        for (int i = 0; i < 4; i++) {
          assertThat(rest.get(i).sameAs(whole.get(step + i))).isTrue();
        }
      }
    }
  }

  @Test
  void theSeedDecidesOrderAndAugmentation() {
    RecordSource source = Shards.plain(folder, 16, 1, 8);
    Read seven = firstBatch(source, 7);
    assertThat(firstBatch(source, 7).sameAs(seven)).isTrue();
    assertThat(firstBatch(source, 8).rows()).isNotEqualTo(seven.rows());
  }

  private static Read firstBatch(RecordSource source, long seed) {
    try (Reading reading =
        new Reading(8, it -> InputPipeline.training(it, source, AUGMENTED, 8, seed))) {
      return reading.start(0).next();
    }
  }

  @Test
  void refusesADatasetSmallerThanABatch() {
    RecordSource source = Shards.plain(folder, 10, 1, 4);
    assertThatThrownBy(() -> new Reading(4, it -> InputPipeline.training(it, source, SPEC, 16, 7)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("10 pairs, fewer than a batch of 16");
  }

  @Test
  void refusesAMissingShardByName() throws Exception {
    RecordSource source = Shards.plain(folder, 10, 2, 4);
    Files.delete(source.files().get(1));
    assertThatThrownBy(() -> new Reading(4, it -> InputPipeline.training(it, source, SPEC, 4, 7)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("part-1.tfrecord");
  }

  private static List<Long> longs(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
