package dev.lockstep;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * An experiment that a small model learns within seconds: pictures of sixteen tiles of random
 * colours, each picture with a name of its own.
 */
public final class ToyExperiment {
  /** A year of the sixty-year cycle is named by one of each: up to sixty different names. */
  private static final String STEMS = "甲乙丙丁戊己庚辛壬癸";

  private static final String BRANCHES = "子丑寅卯辰巳午未申酉戌亥";
  private static final int SIDE = 16;
  private static final int TILE = 4;

  public static final String RESNET =
      "type = resnet, stem = small, stem-width = 8, depths = [1, 1]";
  public static final String VIT = "type = vit, patch = 8, layers = 1, hidden = 16, heads = 2";

  /** One stage of eight passes; a batch holds a third of the pairs. */
  public static final String STAGES =
      """
      stages = [{
        strategy = joint, steps = 24, batch-size = 8
        optimizer { learning-rate = 3e-3, warmup = 4 }
      }]
      """;

  private ToyExperiment() {}

  /** The experiment {@code toy} of 24 pairs, which are also those to evaluate on. */
  public static Path write(Path folder) {
    return write(folder, RESNET, STAGES);
  }

  /**
   * @param imageTower keys of {@code model.image}
   * @param rest more of the experiment, such as its stages
   */
  public static Path write(Path folder, String imageTower, String rest) {
    pairs(folder, "train.csv", 24);
    return write(
        folder.resolve("toy.conf"),
        """
        name = toy
        seed = 3
        precision = float32
        device { threads = 1 }
        data { train = train.csv, test = train.csv, prepared = prepared, image-size = 16 }
        tokenizer { context-length = 8 }
        model {
          image { %s }
          text { type = bert, layers = 1, hidden = 16, heads = 2 }
          embedding = 16
        }
        %s\
        """
            .formatted(imageTower, rest));
  }

  /** Pictures and a CSV of them. */
  public static Path pairs(Path folder, String csv, int count) {
    StringBuilder rows = new StringBuilder("text,image_path\n");
    for (int i = 0; i < count; i++) {
      String name = "" + STEMS.charAt(i % 10) + BRANCHES.charAt(i % 12);
      Path image = picture(folder.resolve("images").resolve(i + ".png"), i);
      rows.append(name).append(',').append(folder.relativize(image)).append('\n');
    }
    return write(folder.resolve(csv), rows.toString());
  }

  private static Path picture(Path file, int seed) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int top = 0; top < SIDE; top += TILE) {
      for (int left = 0; left < SIDE; left += TILE) {
        int colour = random.nextInt(1 << 24);
        for (int i = 0; i < TILE * TILE; i++) {
          image.setRGB(left + i % TILE, top + i / TILE, colour);
        }
      }
    }
    try {
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
