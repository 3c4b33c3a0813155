package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The expected pixels are Pillow's; see the README beside them. */
class ResamplingTest {
  private static final ReferencePixels PILLOW = new ReferencePixels("preprocess");

  /** PNGs of colours, whose pixels every decoder gives alike. */
  @ParameterizedTest
  @EnumSource(
      value = Resize.class,
      names = {"SQUASH", "CROP"})
  void isPillowsBitForBit(Resize resize) throws IOException {
    for (String file : List.of("3.png", "4.png", "7.png")) {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(PILLOW.image(file)));
      byte[] pixels = new byte[image.getWidth() * image.getHeight() * 3];
      for (int i = 0; i < pixels.length / 3; i++) {
        int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
        pixels[3 * i] = (byte) (rgb >> 16);
        pixels[3 * i + 1] = (byte) (rgb >> 8);
        pixels[3 * i + 2] = (byte) rgb;
      }
      String name = file.charAt(0) + "." + resize.name().toLowerCase(Locale.ROOT);

      byte[] square =
          new Resampling()
              .square(
                  pixels,
                  image.getHeight(),
                  image.getWidth(),
                  48,
                  resize,
                  Resampling.Filter.BICUBIC);

      assertThat(ReferencePixels.differences(square, PILLOW.expected(name)))
          .as(name)
          .containsExactly(0, 0);
    }
  }

  /**
   * Single rows and columns, enlargements, extreme ratios, sides that no vector and no tile
   * divides.
   */
  @ParameterizedTest(name = "{0}, {1}, {2}x{3} to {4}")
  @CsvFileSource(resources = "/resample/expected.csv", numLinesToSkip = 1)
  void isPillowsForAnyShape(
      Resampling.Filter filter, String resize, int width, int height, int size, String sha256) {
    byte[] square =
        new Resampling()
            .square(
                generated(width * height * 3),
                height,
                width,
                size,
                Resize.valueOf(resize.toUpperCase(Locale.ROOT)),
                filter);

    assertThat(Hashing.sha256().hashBytes(square)).hasToString(sha256);
  }

  /** As in the README beside the expected digests. */
  private static byte[] generated(int length) {
    byte[] pixels = new byte[length];
    int state = 1;
    for (int i = 0; i < length; i++) {
      state = state * 1103515245 + 12345 & Integer.MAX_VALUE;
      int value = state >> 16 & 255;
      pixels[i] = (byte) (i % 3 == 0 ? 255 * (value >> 7) : value);
    }
    return pixels;
  }

  /** A triangle over four pixels at half size: weights 1, 3, 3, 1 of 8. */
  @Test
  void triangleWeighsByDistance() {
    byte[] pixels = new byte[4 * 4 * 3];
    for (int y = 0; y < 4; y++) {
      pixels[(y * 4 + 2) * 3] = 80;
    }
    byte[] square =
        new Resampling().square(pixels, 4, 4, 2, Resize.SQUASH, Resampling.Filter.BILINEAR);
    // Left: pixels 0 to 2 weigh 3, 3, 1 of 7. Right: pixels 1 to 3 weigh 1, 3, 3.
    assertThat(square[0]).isEqualTo((byte) 11);
    assertThat(square[3]).isEqualTo((byte) 34);
  }
}
