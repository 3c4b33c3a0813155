package dev.lockstep.data;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;

/**
 * A caption as it is trained on: white space at the ends is gone and each run of it within is one
 * space. Nothing else is changed; full-width letters stay what they are.
 */
public record Caption(String text) {

  public static Caption of(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    boolean gap = false;
    for (int i = 0; i < raw.length(); ) {
      int c = raw.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        gap = true;
        continue;
      }
      if (gap && !text.isEmpty()) {
        text.append(' ');
      }
      gap = false;
      text.appendCodePoint(c);
    }
    return new Caption(text.toString());
  }

  /** Equal for equal captions: two pairs that share it are positives of each other. */
  public long key() {
    return ContentKey.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Equal for captions that say the same in another form: full width or half width, upper case or
   * lower case, with and without spaces and punctuation.
   */
  long normalisedKey() {
    StringBuilder letters = new StringBuilder();
    Normalizer.normalize(text, Normalizer.Form.NFKC)
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(c -> Character.isLetterOrDigit(c) || Character.getType(c) == Character.OTHER_SYMBOL)
        .forEach(letters::appendCodePoint);
    // Captions of nothing but punctuation are not all one.
    return letters.isEmpty()
        ? key()
        : ContentKey.of(letters.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Characters, not UTF-16 units. */
  public int length() {
    return text.codePointCount(0, text.length());
  }
}
