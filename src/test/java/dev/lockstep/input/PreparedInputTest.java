package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.PreparationListener;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.input.Reading.Read;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.WordPieceTokenizer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a CSV to batches, through the public classes of {@code data}. */
class PreparedInputTest {
  @TempDir Path folder;

  @Test
  void whatWasPreparedIsRead() throws IOException {
    StringBuilder csv = new StringBuilder("text,image_path\n");
    for (int i = 0; i < 10; i++) {
      BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 256; pixel++) {
        image.setRGB(pixel % 16, pixel / 16, 20 * i << 16);
      }
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
      csv.append("猫").append(i).append(',').append(i).append(".png\n");
    }
    Path train = Files.writeString(folder.resolve("train.csv"), csv);
    DataSpec spec =
        DataSpec.from(Block.parse("train = \"" + train + "\", image-size = 8, store = 16"));
    WordPieceTokenizer tokenizer =
        DatasetPreparer.tokenizer(spec, TokenizerSpec.from(Block.parse("")));
    PreparedDataset data =
        new DatasetPreparer(folder.resolve("prepared"), spec.training(), tokenizer)
            .prepare(train, PreparationListener.NONE)
            .dataset();

    InputSpec input = InputSpec.from(Block.parse(""));
    try (Reading reading = new Reading(8, it -> InputPipeline.evaluation(it, data, input, 10))) {
      Read batch = reading.start(0).next();
      assertThat(batch.imageShape()).containsExactly(10, 8, 8, 3);
      for (int i = 0; i < 10; i++) {
        assertThat(batch.pixels()[i * 8 * 8 * 3] & 0xff).isEqualTo(20 * i);
        assertThat(batch.ids()[i]).startsWith(tokenizer.encode("猫" + i));
      }
    }
    InputSpec augmented = InputSpec.from(Block.parse("augment { rotation-degrees = 9 }"));
    try (Reading reading =
        new Reading(8, it -> InputPipeline.training(it, data, augmented, 4, 1))) {
      assertThat(reading.start(4).next(5)).hasSize(5);
    }
  }
}
