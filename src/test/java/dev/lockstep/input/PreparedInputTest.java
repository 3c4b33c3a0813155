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

  @Test
  void originalsAreWhatWasResizedBefore() throws IOException {
    StringBuilder csv = new StringBuilder("text,image_path\n");
    for (int i = 0; i < 6; i++) {
      BufferedImage image = new BufferedImage(30 + 7 * i, 40, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < image.getWidth() * 40; pixel++) {
        image.setRGB(
            pixel % image.getWidth(), pixel / image.getWidth(), 0x102030 * (pixel % (i + 3)));
      }
      // Of the last two, one is no JPEG and must keep its pixels.
      String format = i == 5 ? "png" : "jpg";
      ImageIO.write(image, format, folder.resolve(i + "." + format).toFile());
      csv.append("猫").append(i).append(',').append(i).append('.').append(format).append('\n');
    }
    Path train = Files.writeString(folder.resolve("train.csv"), csv);
    DataSpec spec =
        DataSpec.from(Block.parse("train = \"" + train + "\", image-size = 12, store = original"));
    WordPieceTokenizer tokenizer =
        DatasetPreparer.tokenizer(spec, TokenizerSpec.from(Block.parse("")));
    Path prepared = folder.resolve("prepared");
    PreparedDataset originals =
        new DatasetPreparer(prepared, spec.training(), tokenizer)
            .prepare(train, PreparationListener.NONE)
            .dataset();
    PreparedDataset squares =
        new DatasetPreparer(prepared, spec.evaluation(), tokenizer)
            .prepare(train, PreparationListener.NONE)
            .dataset();

    Read exact = firstBatch(originals, "");
    Read expected = firstBatch(squares, "");
    assertThat(exact.ids()).isDeepEqualTo(expected.ids());
    assertThat(differing(exact, expected)).isLessThan(exact.pixels().length / 1000 + 2);
    assertThat(firstBatch(originals, "cache = 1MiB").sameAs(exact)).isTrue();
    assertThat(firstBatch(originals, "originals = fast").imageShape())
        .containsExactly(6, 12, 12, 3);
  }

  private static Read firstBatch(PreparedDataset data, String input) {
    InputSpec spec = InputSpec.from(Block.parse(input));
    try (Reading reading = new Reading(12, it -> InputPipeline.evaluation(it, data, spec, 6))) {
      return reading.start(0).next();
    }
  }

  /** Values that are more than a level apart. */
  private static int differing(Read one, Read two) {
    int differing = 0;
    for (int i = 0; i < one.pixels().length; i++) {
      differing += Math.abs((one.pixels()[i] & 0xff) - (two.pixels()[i] & 0xff)) > 1 ? 1 : 0;
    }
    return differing;
  }

  @Test
  void aCacheGivesTheSameBatchesWhetherItHoldsAllOrSome() {
    RecordSource source = Shards.plain(folder, 40, 3, 8);
    String plain = "shuffle-buffer = 16, parallelism = 2";
    for (String cache : new String[] {"64MiB", "4KiB"}) {
      InputSpec cached = InputSpec.from(Block.parse(plain + ", cache = " + cache));
      InputSpec without = InputSpec.from(Block.parse(plain));
      try (Reading one = new Reading(8, it -> InputPipeline.training(it, source, cached, 8, 7));
          Reading two = new Reading(8, it -> InputPipeline.training(it, source, without, 8, 7))) {
        one.start(0);
        two.start(0);
        for (int i = 0; i < 12; i++) {
          assertThat(one.next().sameAs(two.next())).isTrue();
        }
      }
    }
  }
}
