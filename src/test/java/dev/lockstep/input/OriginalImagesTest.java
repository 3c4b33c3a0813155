package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginalImagesTest {
  @TempDir Path folder;

  /** TensorFlow's error for bytes that it cannot decode is no TensorFlowException. */
  @ParameterizedTest
  @ValueSource(strings = {"", "no image", "\u0089PNG and no more", "\u00ff\u00d8\u00ff\u00e0 cut"})
  void tellsOfAnImageThatDoesNotDecode(String bytes) {
    RecordSource source = Shards.plain(folder, 4, 1, 4).asOriginals();
    try (OriginalImages images =
        new OriginalImages(source, 4, InputSpec.from(Block.parse("parallelism = 1")))) {
      assertThatThrownBy(() -> images.square(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("an image of the test's data does not decode");
    }
  }
}
