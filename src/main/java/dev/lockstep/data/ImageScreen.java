package dev.lockstep.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.imaging.ImageFormat;
import org.apache.commons.imaging.ImageFormats;
import org.apache.commons.imaging.ImageInfo;
import org.apache.commons.imaging.Imaging;

/**
 * What can be said of an image file from its first bytes, before anything decodes it: that it is an
 * image at all, of a format that TensorFlow reads, and of a size that fits into memory.
 *
 * @param minSide in pixels
 * @param maxPixels width times height
 * @param maxSideRatio of the longer to the shorter side; 0: any
 */
public record ImageScreen(int minSide, int maxPixels, double maxSideRatio) {
  private static final Set<ImageFormat> DECODABLE =
      Set.of(ImageFormats.JPEG, ImageFormats.PNG, ImageFormats.GIF, ImageFormats.BMP);

  /** TensorFlow takes the palette's indices of an 8-bit BMP for shades of grey. */
  private static final int LEAST_BMP_BITS = 24;

  private static final int LOOKED_AT = 512;

  /** What is known of an image that passes. */
  record Screened(ImageFormat format, Orientation orientation, int width, int height) {
    int pixels() {
      return width * height;
    }

    boolean isJpeg() {
      return format == ImageFormats.JPEG;
    }
  }

  /**
   * What a server asks before it decodes.
   *
   * @param pixels as the header has them; 0 where there is none
   * @param usable whether data preparation would go on to decode it
   */
  public record Size(long pixels, boolean usable) {}

  /** A screen for images that are not stored: of any shape, down to one pixel. */
  public static ImageScreen upTo(int maxPixels) {
    return new ImageScreen(1, maxPixels, 0);
  }

  /** The size of an image; never throws, whatever the bytes are. */
  public Size size(byte[] bytes) {
    try {
      return new Size(check(bytes).pixels(), true);
    } catch (UnusableImageException e) {
      return new Size(e.reason() == DropReason.IMAGE_TOO_LARGE ? pixels(bytes) : 0, false);
    }
  }

  private static long pixels(byte[] bytes) {
    try {
      ImageInfo info = info(bytes, format(bytes));
      return (long) info.getWidth() * info.getHeight();
    } catch (UnusableImageException e) {
      return 0;
    }
  }

  Screened check(byte[] bytes) throws UnusableImageException {
    ImageFormat format = format(bytes);
    if (!DECODABLE.contains(format)) {
      throw new UnusableImageException(
          DropReason.IMAGE_UNSUPPORTED,
          format.getName() + " is not read; convert it to PNG or JPEG");
    }
    ImageInfo info = info(bytes, format);
    long pixels = (long) info.getWidth() * info.getHeight();
    String size = info.getWidth() + "x" + info.getHeight() + " pixels";
    if (pixels > maxPixels) {
      throw new UnusableImageException(
          DropReason.IMAGE_TOO_LARGE, size + "; data.max-pixels is " + maxPixels);
    }
    if (Math.min(info.getWidth(), info.getHeight()) < minSide) {
      throw new UnusableImageException(
          DropReason.IMAGE_TOO_SMALL, size + "; data.min-side is " + minSide);
    }
    double ratio =
        (double) Math.max(info.getWidth(), info.getHeight())
            / Math.min(info.getWidth(), info.getHeight());
    if (maxSideRatio > 0 && ratio > maxSideRatio) {
      throw new UnusableImageException(
          DropReason.IMAGE_SIDE_RATIO, size + "; data.screen.max-side-ratio is " + maxSideRatio);
    }
    if (format == ImageFormats.BMP && info.getBitsPerPixel() < LEAST_BMP_BITS) {
      throw new UnusableImageException(
          DropReason.IMAGE_UNSUPPORTED,
          "a BMP of " + info.getBitsPerPixel() + " bits is not read; convert it to PNG");
    }
    Orientation orientation =
        format == ImageFormats.JPEG ? Orientation.ofJpeg(bytes) : Orientation.UPRIGHT;
    return new Screened(format, orientation, info.getWidth(), info.getHeight());
  }

  private static ImageFormat format(byte[] bytes) throws UnusableImageException {
    ImageFormat format;
    try {
      format = Imaging.guessFormat(bytes);
    } catch (IOException | RuntimeException e) {
      format = ImageFormats.UNKNOWN;
    }
    if (format == ImageFormats.UNKNOWN) {
      throw new UnusableImageException(DropReason.IMAGE_NOT_AN_IMAGE, describe(bytes));
    }
    return format;
  }

  private static ImageInfo info(byte[] bytes, ImageFormat format) throws UnusableImageException {
    try {
      ImageInfo info = Imaging.getImageInfo(bytes);
      if (info != null) {
        return info;
      }
    } catch (IOException | RuntimeException e) {
      // IllegalArgumentException for one, which no signature tells of.
      throw new UnusableImageException(
          DropReason.IMAGE_CORRUPT,
          format.getName() + " without a sound header: " + e.getMessage());
    }
    throw new UnusableImageException(
        DropReason.IMAGE_CORRUPT, format.getName() + " without a sound header");
  }

  private static String describe(byte[] bytes) {
    String opening =
        new String(bytes, 0, Math.min(bytes.length, LOOKED_AT), StandardCharsets.UTF_8)
            .strip()
            .toLowerCase(Locale.ROOT);
    if (opening.startsWith("<!doctype html") || opening.contains("<html")) {
      return "an HTML page: the download failed";
    }
    if (opening.contains("<svg")) {
      return "an SVG drawing; convert it to PNG";
    }
    return "of no image format that is known";
  }
}
