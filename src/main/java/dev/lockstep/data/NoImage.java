package dev.lockstep.data;

/**
 * A pair's image that its source does not have.
 *
 * @param name what the source has in its place
 */
record NoImage(String name) implements SourceImage {
  @Override
  public byte[] read() throws UnusableImageException {
    throw new UnusableImageException(
        DropReason.IMAGE_MISSING,
        name.isEmpty() ? "no image is named" : "'" + name + "' is no path");
  }
}
