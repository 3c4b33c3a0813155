package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.input.Reading.Read;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

class BatchIteratorTest {
  private static final InputSpec SPEC = InputSpec.from(Block.parse("shuffle-buffer = 16"));
  private static final DeviceSpec CPU =
      DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).build();

  @TempDir Path folder;

  @Test
  void batchesAheadAreTheSameBatches() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    List<Read> direct;
    try (Reading reading = new Reading(4, it -> InputPipeline.training(it, source, SPEC, 8, 7))) {
      direct = reading.start(0).next(8);
    }
    try (Reading reading =
        new Reading(
            tf -> new BatchIterator(tf, BatchLayout.pairs(4), 2, CPU),
            it -> InputPipeline.training(it, source, SPEC, 8, 7))) {
      reading.start(0);
      for (Read expected : direct) {
        assertThat(reading.next().sameAs(expected)).isTrue();
      }
      // What lay ready is given up when the pipeline starts elsewhere.
      assertThat(reading.start(24).next().sameAs(direct.get(3))).isTrue();
      assertThat(reading.next().sameAs(direct.get(4))).isTrue();
      assertThat(reading.operands().images().shape().asArray()).containsExactly(-1, 4, 4, 3);
    }
  }

  @Test
  void evaluationReadsNothingAhead() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    assertThatThrownBy(
            () ->
                new Reading(
                    tf -> new BatchIterator(tf, BatchLayout.pairs(4), 1, CPU),
                    it -> InputPipeline.evaluation(it, source, SPEC, 8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void severalPipelinesFeedOneIteratorInTurn() {
    RecordSource source = Shards.plain(folder, 40, 3, 4);
    try (Graph graph = new Graph()) {
      BatchIterator iterator = new BatchIterator(Ops.create(graph), 4);
      InputPipeline large = InputPipeline.training(iterator, source, SPEC, 16, 1);
      InputPipeline small = InputPipeline.evaluation(iterator, source, SPEC, 3);
      try (Session session = new Session(graph)) {
        large.start(session, 0);
        assertThat(rows(session, iterator)).isEqualTo(16);
        small.start(session, 0);
        assertThat(rows(session, iterator)).isEqualTo(3);
        large.start(session, 16);
        assertThat(rows(session, iterator)).isEqualTo(16);
        iterator.close();
      }
    }
  }

  private static long rows(Session session, BatchIterator iterator) {
    try (Result result = session.runner().fetch(iterator.next().rows()).run()) {
      return ((TInt64) result.get(0)).size();
    }
  }
}
