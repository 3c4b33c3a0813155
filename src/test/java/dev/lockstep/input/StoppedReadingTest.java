package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;

/**
 * A stage ends while a thread is about to read stored features, which the next stage reads from the
 * same open file.
 */
class StoppedReadingTest {
  private static final int RECORDS = 8;
  private static final int THREADS = 2;

  /** 5 as a little-endian float32. */
  private static final byte[] FIVE = {0, 0, (byte) 0xa0, 0x40};

  @TempDir private Path folder;
  private final CountDownLatch underWay = new CountDownLatch(THREADS);
  private final Thread stopping = Thread.currentThread();
  private volatile boolean slow = true;
  private RecordSource source;
  private FeatureStore store;
  private Graph graph;
  private RecordStream stream;
  private Operand<TString> batch;
  private Session session;

  @BeforeEach
  void open() throws IOException {
    source = Shards.plain(folder, RECORDS, 1, 4);
    store = FeatureStore.open(folder.resolve("features"), 1, 1, RECORDS);
    for (int record = 0; record < RECORDS; record++) {
      store.write(record, new float[] {record});
    }
    RecordReading reading =
        new RecordReading(
            source,
            BatchLayout.pairs(4),
            InputSpec.from(Block.parse("")),
            7,
            disk -> (shard, offset) -> afterAWhile(disk.read(shard, offset), offset));
    reading.add(new StoredFeatures(Optional.of(store), Optional.empty()));
    graph = new Graph();
    Ops tf = Ops.create(graph);
    BatchPlan plan = BatchPlan.inOrder(RECORDS, 1, Integer.MAX_VALUE);
    stream = new RecordStream(tf, plan, reading, 1, 1, 1, THREADS);
    batch = stream.take(tf);
    session = new Session(graph);
  }

  @AfterEach
  void close() throws IOException {
    stream.close();
    session.close();
    graph.close();
    store.close();
  }

  @Test
  void leavesTheFileOfStoredFeaturesOpen() throws Exception {
    stopWhileAllThreadsRead();

    assertThat(store.read(5, 0)).isEqualTo(FIVE);
    stream.start(session, 5, Long.MAX_VALUE);
    try (Result result = session.runner().fetch(batch).run()) {
      byte[] record = ((TString) result.get(0)).asBytes().getObject(0);
      assertThat(record).endsWith(FeatureRecord.append(new byte[0], FeatureRecord.IMAGE, FIVE));
    } catch (RuntimeException e) {
      throw stream.explain(e);
    }
  }

  @Test
  void givesTheMemoryBackOfBatchesThatNobodyTakes() throws Exception {
    long before = Pointer.totalCount();

    stopWhileAllThreadsRead();

    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }

  private void stopWhileAllThreadsRead() throws InterruptedException {
    stream.start(session, 0, Long.MAX_VALUE);
    underWay.await();
    stream.stop();
    slow = false;
  }

  /**
   * The first record is read until the stream is asked to stop, and the second until all that is
   * left to do is to wait for it, or until its thread is interrupted.
   */
  private byte[] afterAWhile(byte[] record, long offset) {
    if (slow && offset == source.index().offset(0)) {
      underWay.countDown();
      awaitThat(() -> isIn(stopping, "stop", "await"));
    } else if (slow && offset == source.index().offset(1)) {
      underWay.countDown();
      awaitThat(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().equals("input-plan"))
                  .anyMatch(thread -> isIn(thread, "awaitTermination")));
    }
    return record;
  }

  private static boolean isIn(Thread thread, String... methods) {
    return Arrays.stream(thread.getStackTrace())
        .map(StackTraceElement::getMethodName)
        .toList()
        .containsAll(List.of(methods));
  }

  private static void awaitThat(BooleanSupplier reached) {
    while (!reached.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }
}
