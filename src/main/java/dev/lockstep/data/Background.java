package dev.lockstep.data;

import java.util.Optional;

/** The colour that transparent images are laid on; each component from 0 to 255. */
public record Background(int red, int green, int blue) {
  public static final Background WHITE = new Background(255, 255, 255);

  /** Reads "#ffffff". */
  public static Optional<Background> parse(String text) {
    if (!text.matches("#[0-9a-fA-F]{6}")) {
      return Optional.empty();
    }
    int rgb = Integer.parseInt(text.substring(1), 16);
    return Optional.of(new Background(rgb >> 16, rgb >> 8 & 255, rgb & 255));
  }

  @Override
  public String toString() {
    return String.format("#%02x%02x%02x", red, green, blue);
  }
}
