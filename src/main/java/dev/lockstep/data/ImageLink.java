package dev.lockstep.data;

import java.util.Optional;

/**
 * An image that is still to be fetched.
 *
 * @param url as its list has it, without white space around it
 * @param filename what to keep it under, where the list says so
 */
public record ImageLink(String url, Optional<String> filename) implements SourceImage {
  @Override
  public String name() {
    return url;
  }

  @Override
  public byte[] read() throws UnusableImageException {
    throw new UnusableImageException(DropReason.IMAGE_MISSING, "not downloaded: " + url);
  }
}
