package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.data.Encoding;
import dev.lockstep.input.Reading.Read;
import dev.lockstep.input.RecordReading.RecordAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;

/** What a reader that is never content waits for. */
class InputTimesTest {
  private static final int BATCH = 8;
  private static final int BATCHES = 20;
  private static final long DISK_NANOS = 2_000_000;

  @TempDir Path folder;

  @Test
  void aSlowDiskStarvesTheGraph() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    UnaryOperator<RecordAccess> slow =
        disk ->
            (shard, offset) -> {
              LockSupport.parkNanos(DISK_NANOS);
              return disk.read(shard, offset);
            };
    InputSpec spec = InputSpec.from(Block.parse("parallelism = 1"));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      RecordReading reading = new RecordReading(source, BatchLayout.pairs(4), spec, 7, slow);
      BatchPlan plan = BatchPlan.shuffled(source, spec, 1, BATCH, 7);
      RecordStream stream = new RecordStream(tf, plan, reading, 1, BATCH, BATCH, 1);
      Op take = tf.withControlDependencies(stream.take(tf)).noOp();
      try (Session session = new Session(graph)) {
        stream.start(session, 0, Long.MAX_VALUE);
        long begun = System.nanoTime();
        for (int i = 0; i < BATCHES; i++) {
          session.run(take);
        }
        double seconds = (System.nanoTime() - begun) * 1e-9;

        InputTimes times = stream.times();
        assertThat(times.readSeconds()).isGreaterThanOrEqualTo(BATCHES * BATCH * DISK_NANOS * 1e-9);
        assertThat(times.starvedSeconds()).isGreaterThan(0.5 * seconds);
        assertThat(times.resizeShare()).isZero();
        stream.close();
      }
    }
  }

  @Test
  void slowDecodingDoesNot() throws IOException {
    RecordSource source = new SyntheticRecords(256, Encoding.JPEG).write(folder, 40);
    InputSpec spec =
        InputSpec.from(Block.parse("parallelism = 1, augment { rotation-degrees = 9 }"));
    try (Reading reading =
        new Reading(256, it -> InputPipeline.training(it, source, spec, BATCH, 7))) {
      long begun = System.nanoTime();
      List<Read> batches = reading.start(0).next(BATCHES);
      double seconds = (System.nanoTime() - begun) * 1e-9;

      assertThat(batches).hasSize(BATCHES);
      assertThat(reading.pipeline().times().starvedSeconds()).isLessThan(0.5 * seconds);
    }
  }

  @Test
  void originalsAreToldFromTheDisk() throws IOException {
    RecordSource source = new SyntheticRecords(64, Encoding.ORIGINAL).write(folder, 24);
    InputSpec spec = InputSpec.from(Block.parse("parallelism = 1"));
    try (Reading reading =
        new Reading(64, it -> InputPipeline.training(it, source, spec, BATCH, 7))) {
      reading.start(0).next(3);

      assertThat(reading.pipeline().times().resizeShare()).isGreaterThan(0.5);
    }
  }
}
