package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.data.Encoding;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Reading.Read;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchFunctionTest {
  private static final InputSpec SPEC = InputSpec.from(Block.parse(""));

  @TempDir Path folder;

  /** ImageIO's encoder is the independent implementation. */
  @Test
  void decodesPngExactly() {
    RecordSource source = Shards.write(folder, 10, 2, 8, Encoding.PNG, i -> encoded(i, "png"));
    Read batch = firstBatch(source, 8, 10);
    for (int i = 0; i < 10; i++) {
      assertThat(pixel(batch, 8, i, 3, 5)).containsExactly(20 * i, 30, 50);
    }
  }

  @Test
  void decodesJpegToWithinItsLoss() {
    RecordSource source = Shards.write(folder, 10, 2, 8, Encoding.JPEG, i -> encoded(i, "jpg"));
    Read batch = firstBatch(source, 8, 10);
    for (int i = 0; i < 10; i++) {
      assertThat(pixel(batch, 8, i, 3, 5)[0]).isCloseTo(20 * i, within(12));
    }
  }

  @Test
  void resizesToTheModelsSizeByTheMeanOfWhatAPixelCovers() {
    // Rows are 0, 10, 20, ...; the mean of rows 2 and 3 is 25.
    RecordSource source = Shards.write(folder, 4, 1, 8, Encoding.PNG, i -> encoded(i, "png"));
    assertThat(pixel(firstBatch(source, 4, 4), 4, 2, 1, 3)).containsExactly(40, 25, 65);
  }

  @Test
  void refusesImagesThatAreSmallerThanTheModels() {
    RecordSource source = Shards.plain(folder, 4, 1, 8);
    Assertions.assertThatThrownBy(() -> firstBatch(source, 16, 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stored at 8 pixels, and the model takes 16");
  }

  /**
   * The third record of {@link Shards} has 4 tokens, the first of which has the id 0, as padding
   * has.
   */
  @Test
  void maskFollowsTheLengthsNotTheIds() {
    RecordSource source = Shards.plain(folder, 3, 1, 4);
    Read batch = firstBatch(source, 4, 3);
    assertThat(batch.ids()[2]).containsExactly(0, 102, 102, 102, 0, 0, 0, 0);
    assertThat(batch.mask()[2]).containsExactly(1, 1, 1, 1, 0, 0, 0, 0);
    assertThat(batch.mask()[0]).containsExactly(1, 1, 0, 0, 0, 0, 0, 0);
  }

  /** Here the context length is 20, and the longest of these texts has 12 tokens: 16. */
  @Test
  void padsToNoMoreThanTheContextLength() {
    RecordSource source = Shards.plain(folder, 11, 1, 4);
    assertThat(firstBatch(source, 4, 11).ids()[0]).hasSize(16);
    RecordSource shorter =
        new RecordSource(
            source.name(), source.shards(), source.encoding(), 4, source.background(), 13);
    assertThat(firstBatch(shorter, 4, 11).ids()[0]).hasSize(13);
  }

  private static Read firstBatch(RecordSource source, int imageSize, int batchSize) {
    try (Reading reading =
        new Reading(imageSize, it -> InputPipeline.evaluation(it, source, SPEC, batchSize))) {
      return reading.start(0).next();
    }
  }

  private static int[] pixel(Read batch, int size, int image, int y, int x) {
    int at = ((image * size + y) * size + x) * 3;
    return new int[] {
      batch.pixels()[at] & 0xff, batch.pixels()[at + 1] & 0xff, batch.pixels()[at + 2] & 0xff
    };
  }

  /** Red tells the record, green the row, blue the column. */
  private static byte[] encoded(int record, String format) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        image.setRGB(x, y, 20 * record << 16 | 10 * y << 8 | 10 * x);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
