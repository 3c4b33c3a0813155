package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchRuntimeException;

import dev.lockstep.config.Block;
import dev.lockstep.data.DataSpec.OnBadShard;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.input.Reading.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardFailureTest {
  private static final InputSpec STOP =
      InputSpec.from(Block.parse("shuffle-buffer = 40, parallelism = 2"));
  private static final InputSpec SKIP = STOP.withOnBadShard(OnBadShard.SKIP);

  @TempDir Path folder;

  @Test
  void namesTheShardWithAFlippedByte() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    flip(source.files().get(1));
    assertThat(failure(source))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("part-1.tfrecord at byte")
        .hasMessageContaining("the checksum of a record does not fit")
        .hasMessageContaining("delete the folder");
  }

  @Test
  void namesTheShardThatIsCutAnywhere() throws IOException {
    for (int missing : new int[] {1, 20, 100}) {
      RecordSource source = Shards.plain(folder, 40, 3, 4);
      Path shard = source.files().get(2);
      byte[] all = Files.readAllBytes(shard);
      Files.write(shard, Arrays.copyOf(all, all.length - missing));
      assertThat(failure(source)).hasMessageContaining("part-2.tfrecord at byte");
    }
  }

  @Test
  void namesTheShardThatHasGone() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    Path shard = source.files().get(2);
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, STOP, 8, 7))) {
      Files.delete(shard);
      assertThat(reading.pipeline().explain(catchRuntimeException(() -> reading.start(0).next(5))))
          .hasMessageContaining(shard + " cannot be opened");
    }
  }

  @Test
  void otherRecordsTakeThePlacesOfThoseThatCannotBeRead() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 4, 4);
    List<Read> sound;
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 8, 7))) {
      sound = reading.start(0).next(10);
      assertThat(reading.pipeline().newLosses()).isEmpty();
    }
    Path shard = source.files().get(1);
    flip(shard);
    List<Read> damaged;
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 8, 7))) {
      damaged = reading.start(0).next(10);
      List<ShardLoss> losses = reading.pipeline().newLosses();
      assertThat(losses).hasSize(1);
      assertThat(losses.get(0).shard()).isEqualTo(shard);
      assertThat(losses.get(0).records()).isEqualTo(10);
      assertThat(losses.get(0).reason()).contains("part-1.tfrecord at byte");
      assertThat(reading.pipeline().newLosses()).as("each is told once").isEmpty();
      // Two epochs in ten batches of 8, and those that were read ahead.
      assertThat(reading.pipeline().losses().get("part-1.tfrecord")).isBetween(2L, 4L);
    }
    List<Long> before = rows(sound);
    List<Long> after = rows(damaged);
    int changed = 0;
    for (int i = 0; i < 80; i++) {
      if (!before.get(i).equals(after.get(i))) {
        assertThat(before.get(i)).as("the damaged record").isEqualTo(15);
        changed++;
      }
    }
    assertThat(changed).as("once in each epoch").isEqualTo(2);
  }

  @Test
  void goesOnAlikeWithADamagedShard() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 8, 4);
    Files.delete(Files.copy(source.files().get(3), folder.resolve("copy")));
    flip(source.files().get(3));
    List<Read> whole;
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 8, 7))) {
      whole = reading.start(0).next(10);
    }
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 8, 7))) {
      List<Read> rest = reading.start(24).next(7);
      for (int i = 0; i < 7; i++) {
        assertThat(rest.get(i).sameAs(whole.get(3 + i))).isTrue();
      }
    }
  }

  /** What a shard had no part in is the same in all three; what it had is drawn by position. */
  @Test
  void damagedOnTheWayItGoesOnAsIfDamagedFromTheBeginning() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 4, 4);
    Path shard = source.files().get(1);
    byte[] whole = Files.readAllBytes(shard);
    List<Read> sound = read(source, shard, whole, 0);
    List<Read> damaged = read(source, shard, new byte[0], 0);

    Files.write(shard, whole);
    List<Read> onTheWay = read(source, shard, new byte[0], 6);

    for (int i = 0; i < 6; i++) {
      assertThat(onTheWay.get(i).sameAs(sound.get(i))).as("batch " + i).isTrue();
    }
    // Those that were read ahead of the damage are still whole.
    for (int i = 16; i < 30; i++) {
      assertThat(onTheWay.get(i).sameAs(damaged.get(i))).as("batch " + i).isTrue();
    }
    assertThat(rows(damaged)).doesNotContain(10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
    List<Long> before = rows(sound);
    List<Long> after = rows(damaged);
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i) < 10 || before.get(i) >= 20) {
        assertThat(after.get(i)).as("what can be read keeps its place").isEqualTo(before.get(i));
      }
    }
  }

  /** Thirty batches; after some of them the shard gets another content. */
  private static List<Read> read(RecordSource source, Path shard, byte[] content, int after)
      throws IOException {
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 8, 7))) {
      List<Read> batches = new ArrayList<>();
      if (after > 0) {
        batches.addAll(reading.start(0).next(after));
      }
      Files.write(shard, content);
      if (after == 0) {
        reading.start(0);
      }
      batches.addAll(reading.next(30 - after));
      return batches;
    }
  }

  @Test
  void endsWhereTooMuchIsLost() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 2, 4);
    byte[] all = Files.readAllBytes(source.files().get(0));
    Files.write(source.files().get(0), Arrays.copyOf(all, all.length / 3));
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SKIP, 40, 7))) {
      RuntimeException failed = catchRuntimeException(() -> reading.start(0).next(80));
      assertThat(reading.pipeline().explain(failed))
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("more than a fifth of the records")
          .hasMessageContaining("1 of 2 shards are damaged");
    }
  }

  @Test
  void leavesOtherFailuresAsTheyAre() {
    RecordSource source = Shards.plain(folder, 8, 1, 4);
    RuntimeException other = new IllegalStateException("out of memory");
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, STOP, 8, 7))) {
      assertThat(reading.pipeline().explain(other)).isSameAs(other);
    }
  }

  /** In the middle of the sixth record of ten or thirteen. */
  private static void flip(Path shard) throws IOException {
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
  }

  private static List<Long> rows(List<Read> batches) {
    List<Long> rows = new ArrayList<>();
    batches.forEach(batch -> rows.addAll(batch.rows()));
    return rows;
  }

  private static RuntimeException failure(RecordSource source) {
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, STOP, 8, 7))) {
      return reading.pipeline().explain(catchRuntimeException(() -> reading.start(0).next(5)));
    }
  }
}
