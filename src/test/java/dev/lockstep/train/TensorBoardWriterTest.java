package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lockstep.data.TfRecordReader;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;

/** TensorBoard 2.21's EventAccumulator read the files of this writer, too. */
class TensorBoardWriterTest {
  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  /** The reader checks the checksums. */
  private static List<Event> events(Path file) throws InvalidProtocolBufferException {
    List<Event> events = new ArrayList<>();
    try (TfRecordReader reader = new TfRecordReader(file)) {
      while (reader.hasNext()) {
        events.add(Event.parseFrom(reader.next()));
      }
    }
    return events;
  }

  private static Map<String, Float> scalars(Event event) {
    Map<String, Float> scalars = new LinkedHashMap<>();
    event.getSummary().getValueList().forEach(v -> scalars.put(v.getTag(), v.getSimpleValue()));
    return scalars;
  }

  @Test
  void fileHasTheNameAndTheFirstEventThatTensorBoardLooksFor() throws IOException {
    TensorBoardWriter writer = new TensorBoardWriter(folder.resolve("tensorboard"), 0);
    writer.onTrainingEnd();

    assertThat(files()).hasSize(1);
    assertThat(files().get(0).getFileName().toString())
        .matches("events\\.out\\.tfevents\\.\\d{10}\\..+");
    Event first = events(files().get(0)).get(0);
    assertThat(first.getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(first.getWallTime()).isCloseTo(System.currentTimeMillis() / 1000.0, within(60.0));
  }

  @Test
  void stepTellsItsScalars() throws IOException {
    TensorBoardWriter writer = new TensorBoardWriter(folder.resolve("tensorboard"), 0);
    writer.onStep(Views.step("both", 7, 1.5));

    Event event = events(files().get(0)).get(1);
    assertThat(event.getStep()).isEqualTo(7);
    assertThat(scalars(event))
        .containsOnly(
            Map.entry("loss", 1.5f),
            Map.entry("loss/floor", 0.21f),
            Map.entry("loss/chance", 5.5451775f),
            Map.entry("learning-rate/image", 0.001f),
            Map.entry("learning-rate/text", 0.002f),
            Map.entry("learning-rate/shared", 0.004f),
            Map.entry("gradient-norm/text", 0.75f),
            Map.entry("logit-scale", 14.3f),
            Map.entry("alignment", 1.25f),
            Map.entry("input/wait-share", 0.01f),
            Map.entry("pairs-per-second", 512f));
    writer.onTrainingEnd();
  }

  @Test
  void evaluationTellsBothDirections() throws IOException {
    TensorBoardWriter writer = new TensorBoardWriter(folder.resolve("tensorboard"), 0);
    writer.onEvaluation(Views.evaluation("both", 400, 0.375));
    writer.onTrainingEnd();

    Event event = events(files().get(0)).get(1);
    assertThat(event.getStep()).isEqualTo(400);
    assertThat(scalars(event))
        .containsOnly(
            Map.entry("recall/text-to-image@1", 0.375f),
            Map.entry("recall/text-to-image@5", 0.5f),
            Map.entry("recall/text-to-image@10", 0.75f),
            Map.entry("mean-rank/text-to-image", 12.5f),
            Map.entry("median-rank/text-to-image", 4f),
            Map.entry("recall/image-to-text@1", 0.125f),
            Map.entry("recall/image-to-text@5", 0.25f),
            Map.entry("recall/image-to-text@10", 0.5f),
            Map.entry("mean-rank/image-to-text", 20f),
            Map.entry("median-rank/image-to-text", 11f));
  }

  @Test
  void restartHasItsOwnFileAndDropsLaterSteps() throws IOException {
    new TensorBoardWriter(folder.resolve("tensorboard"), 0).onTrainingEnd();
    new TensorBoardWriter(folder.resolve("tensorboard"), 5).onTrainingEnd();

    assertThat(files()).hasSize(2);
    Event start = events(files().get(1)).get(1);
    assertThat(start.getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(start.getStep()).isEqualTo(6);
  }

  @Test
  void folderThatCannotBeMadeIsNamed() throws IOException {
    Files.writeString(folder.resolve("tensorboard"), "a file");

    assertThatThrownBy(() -> new TensorBoardWriter(folder.resolve("tensorboard"), 0))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("tensorboard cannot be written");
  }
}
