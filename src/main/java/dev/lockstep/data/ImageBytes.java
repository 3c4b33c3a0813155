package dev.lockstep.data;

/** An image that came with its pair. */
record ImageBytes(String name, byte[] bytes) implements SourceImage {
  @Override
  public byte[] read() throws UnusableImageException {
    if (bytes.length == 0) {
      throw new UnusableImageException(DropReason.IMAGE_EMPTY, "0 bytes");
    }
    return bytes;
  }
}
