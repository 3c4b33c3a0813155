package dev.lockstep.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** The image of a record as a file that a browser shows. */
public final class StoredPicture {
  private StoredPicture() {}

  /** A PNG or a JPEG. */
  public static byte[] of(ImageTextRecord record, Encoding encoding) {
    return encoding == Encoding.RAW ? png(record.image()) : record.image();
  }

  /**
   * @param pixels [side, side, 3] in row-major order
   */
  private static byte[] png(byte[] pixels) {
    int side = (int) Math.round(Math.sqrt(pixels.length / 3.0));
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      int rgb =
          (pixels[3 * i] & 0xff) << 16 | (pixels[3 * i + 1] & 0xff) << 8 | pixels[3 * i + 2] & 0xff;
      image.setRGB(i % side, i / side, rgb);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
