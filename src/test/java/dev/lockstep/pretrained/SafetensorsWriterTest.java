package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class SafetensorsWriterTest {
  private static final Map<String, float[]> VALUES =
      Map.of("b", new float[] {1, -0f, Float.NaN}, "a", new float[] {0.1f}, "c", new float[0]);

  @TempDir Path folder;

  @Test
  void theBytesAreThoseOfTheFormat() throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, Map.of("x", Shape.of(1, 2)), name -> new float[] {1, 2});

    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    byte[] bytes = Files.readAllBytes(file);
    int length = bytes[0];
    assertThat(length).isEqualTo((header.length() + 7) / 8 * 8);
    assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).strip()).isEqualTo(header);
    assertThat(bytes).hasSize(8 + length + 8).endsWith(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40);
  }

  @Test
  void whatIsWrittenIsReadBackInTheOrderOfTheNames() {
    Path file = folder.resolve("model.safetensors");
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("b", Shape.of(3));
    shapes.put("a", Shape.scalar());
    shapes.put("c", Shape.of(0, 5));
    SafetensorsWriter.write(file, shapes, VALUES::get);

    try (SafetensorsFile read = new SafetensorsFile(file)) {
      assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(read.names()).containsExactly("a", "b", "c");
      shapes.forEach(
          (name, shape) -> {
            assertThat(read.shape(name)).isEqualTo(shape);
            assertThat(read.floats(name)).isEqualTo(VALUES.get(name));
          });
    }
  }

  @Test
  void aFailureLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("model.safetensors"), "old");
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    file,
                    Map.of("x", Shape.of(2)),
                    name -> {
                      throw new IllegalStateException("no value");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Files.readString(file)).isEqualTo("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path file = folder.resolve("none").resolve("model.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), VALUES::get))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining(file.toString());
  }
}
