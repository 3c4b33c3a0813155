package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchRuntimeException;

import dev.lockstep.config.Block;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardFailureTest {
  private static final InputSpec SPEC = InputSpec.from(Block.parse("shuffle-buffer = 4"));

  @TempDir Path folder;

  @Test
  void namesTheShardWithAFlippedByte() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    Path shard = source.files().get(1);
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
    assertThat(failure(source))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("part-1.tfrecord at byte")
        .hasMessageContaining("delete the folder");
  }

  @Test
  void namesTheShardThatIsCutInsideARecord() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    cut(source.files().get(2), 20);
    assertThat(failure(source)).hasMessageContaining("part-2.tfrecord at byte");
  }

  /** TensorFlow's reader says nothing here. */
  @Test
  void namesTheShardThatIsCutInsideAHeader() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    Path shard = source.files().get(2);
    byte[] record = Files.readAllBytes(shard);
    int first = 16 + (record[0] & 0xff) + (record[1] & 0xff) * 256;
    Files.write(shard, Arrays.copyOf(record, first + 5));
    assertThat(failure(source)).hasMessageContaining("part-2.tfrecord at byte");
  }

  @Test
  void countsTheRecordsWhereAShardIsCutBetweenTwo() throws IOException {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    Path shard = source.files().get(2);
    byte[] record = Files.readAllBytes(shard);
    int first = 16 + (record[0] & 0xff) + (record[1] & 0xff) * 256;
    Files.write(shard, Arrays.copyOf(record, first));
    assertThat(failure(source))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("part-2.tfrecord holds 1 records of 14");
  }

  @Test
  void leavesOtherFailuresAsTheyAre() {
    RuntimeException other = new IllegalStateException("out of memory");
    assertThat(new ShardFailure(Shards.plain(folder, 4, 1, 4)).explain(other)).isSameAs(other);
  }

  private static void cut(Path file, int bytes) throws IOException {
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - bytes));
  }

  private static RuntimeException failure(RecordSource source) {
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SPEC, 8, 7))) {
      return reading.pipeline().explain(catchRuntimeException(() -> reading.start(0).next(5)));
    }
  }
}
