package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variable.Role;
import dev.lockstep.tensorflow.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.framework.initializers.Ones;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class CheckpointWriterTest {
  private static final String DIGEST = "of the model";
  private static final TrainingState STATE = TrainingState.start().afterStep(4, 0.5);

  @TempDir private Path folder;
  private final Graph graph = new Graph();
  private Variable variable;
  private Op doubled;
  private Session session;
  private CheckpointFile file;

  @BeforeEach
  void makeVariable() {
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, 1);
    variable = variables.variable("image/x", Shape.of(3), Role.WEIGHT, new Ones<>());
    doubled = tf.assignAddVariableOp(variable.handle(), variable.read(tf));
    file = new CheckpointFile(tf, variables.all());
    session = new Session(graph);
    session.run(variables.initializer());
  }

  @AfterEach
  void close() {
    session.close();
    graph.close();
  }

  private CheckpointWriter writer(Path checkpoints) {
    return new CheckpointWriter(
        session,
        new Checkpoints(checkpoints, 2),
        file,
        DIGEST,
        1,
        new CheckpointSpec(Duration.ofHours(1), 0, 2),
        new FreeMemory(Path.of("/proc/meminfo"), 0));
  }

  private float value() {
    try (Result result = session.runner().fetch(variable.value()).run()) {
      return ((TFloat32) result.get(0)).getFloat(2);
    }
  }

  @Test
  void whatIsWrittenBesideTheTrainingIsAsItWasWhenItBegan() {
    try (CheckpointWriter writer = writer(folder)) {
      session.run(doubled);
      writer.makeReady();
      writer.beginBeside(1);
      assertThat(writer.isBegun()).isTrue();
      assertThat(writer.finished()).isEmpty();
      session.run(doubled);
      session.run(doubled);
      assertThat(value()).isEqualTo(8);
      assertThat(folder.resolve("step-000001")).doesNotExist();

      writer.complete(STATE, true);
      assertThat(writer.isBegun()).isFalse();
      CheckpointWriter.Written written = writer.awaited().orElseThrow();
      assertThat(written).isEqualTo(new CheckpointWriter.Written(folder.resolve("step-000001"), 1));
      assertThat(writer.awaited()).isEmpty();
      assertThat(writer.finished()).isEmpty();
      assertThat(writer.restoreLatest()).contains(STATE);
      assertThat(value()).isEqualTo(2);
    }
  }

  @Test
  void variablesThatAreNeverCompletedLeaveNothing() {
    try (CheckpointWriter writer = writer(folder)) {
      writer.beginBeside(1);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void makingReadyWritesNothing() {
    file.makeReady(session);
    file.makeReadyToHold(session);
    assertThat(value()).isEqualTo(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatCannotBeWrittenIsToldWhenItIsWaitedFor() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "no folder");
    try (CheckpointWriter writer = writer(taken)) {
      writer.beginBeside(1);
      writer.complete(STATE, false);
      assertThatThrownBy(writer::awaited)
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("the checkpoint could not be written");
    }
  }

  /** Linux's own form of the file. */
  @Test
  void largeVariablesAreHeldTwiceWhereHalfOfTheFreeMemoryHasRoom() throws IOException {
    Path status =
        Files.writeString(
            folder.resolve("meminfo"), "MemTotal:  9000 kB\nMemAvailable:   1000 kB\n");
    FreeMemory memory = new FreeMemory(status, 100);

    assertThat(memory.allows(500 * 1024)).isTrue();
    assertThat(memory.allows(501 * 1024)).isFalse();
    assertThat(memory.allows(99)).isFalse();
    assertThat(new FreeMemory(folder.resolve("none"), 0).allows(1)).isFalse();
  }
}
