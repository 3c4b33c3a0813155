package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataSpecTest {
  @Test
  void fillsInDefaults() {
    DataSpec spec = read("");

    assertThat(spec.test()).isEmpty();
    assertThat(spec.prepared()).isEqualTo(Path.of("prepared").toAbsolutePath());
    assertThat(spec.training().size()).isEqualTo(32);
    assertThat(spec.training().encoding()).isEqualTo(Encoding.RAW);
    assertThat(spec.training().background()).hasValue(Background.WHITE);
    assertThat(spec.evaluation()).isEqualTo(spec.training());
  }

  @Test
  void storesLargeImagesAsJpegAndEvaluatesOnLosslessOnes() {
    DataSpec spec = read("image-size = 224, store = 256, background = none");

    assertThat(spec.training().size()).isEqualTo(256);
    assertThat(spec.training().encoding()).isEqualTo(Encoding.JPEG);
    assertThat(spec.training().background()).isEmpty();
    assertThat(spec.evaluation().size()).isEqualTo(224);
    assertThat(spec.evaluation().encoding()).isEqualTo(Encoding.PNG);
  }

  @Test
  void readsAColour() {
    assertThat(read("background = \"#0180ff\"").training().background())
        .hasValue(new Background(1, 128, 255));
  }

  @Test
  void refusesImpossibleValues() {
    refuses("image-size = 224, store = 200", "store = 200");
    refuses("background = white", "background = ");
    refuses("encoding = webp", "one of auto, raw, png, jpeg");
    refuses("jpeg-quality = 0", "jpeg-quality = 0");
    refuses("max-pixels = 0", "max-pixels = 0");
    refuses("shard-size = 10", "shard-size = 10");
  }

  private static DataSpec read(String more) {
    return DataSpec.from(Block.parse("train = train.csv, image-size = 32\n" + more));
  }

  private static void refuses(String more, String message) {
    assertThatThrownBy(() -> read(more))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
