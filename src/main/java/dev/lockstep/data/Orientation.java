package dev.lockstep.data;

import java.io.IOException;
import org.apache.commons.imaging.Imaging;
import org.apache.commons.imaging.formats.jpeg.JpegImageMetadata;
import org.apache.commons.imaging.formats.tiff.TiffField;
import org.apache.commons.imaging.formats.tiff.constants.TiffTagConstants;

/**
 * How a camera was held (EXIF tag 0x0112), as what sets the image upright.
 *
 * @param axes the order of the axes [height, width, channels]
 * @param mirrored the axes to turn round after that
 */
record Orientation(int[] axes, int[] mirrored) {
  private static final int[] KEPT = {0, 1, 2};
  private static final int[] TURNED = {1, 0, 2};
  static final Orientation UPRIGHT = new Orientation(KEPT, new int[0]);

  /** The value of the tag, 1 to 8; any other counts as upright. */
  static Orientation of(int exifValue) {
    return switch (exifValue) {
      case 2 -> new Orientation(KEPT, new int[] {1});
      case 3 -> new Orientation(KEPT, new int[] {0, 1});
      case 4 -> new Orientation(KEPT, new int[] {0});
      case 5 -> new Orientation(TURNED, new int[0]);
      case 6 -> new Orientation(TURNED, new int[] {1});
      case 7 -> new Orientation(TURNED, new int[] {0, 1});
      case 8 -> new Orientation(TURNED, new int[] {0});
      default -> UPRIGHT;
    };
  }

  /** Of a JPEG's bytes; one whose EXIF block cannot be read is taken for upright. */
  static Orientation ofJpeg(byte[] bytes) {
    try {
      if (Imaging.getMetadata(bytes) instanceof JpegImageMetadata metadata) {
        TiffField field =
            metadata.findExifValueWithExactMatch(TiffTagConstants.TIFF_TAG_ORIENTATION);
        return field == null ? UPRIGHT : of(field.getIntValue());
      }
      return UPRIGHT;
    } catch (IOException | RuntimeException e) {
      // The library throws whatever its parser trips over; the pixels are not touched by it.
      return UPRIGHT;
    }
  }
}
