package dev.lockstep.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * BERT's basic tokenization: drops control characters, sets each Chinese character and each
 * punctuation mark apart, lowers the case and takes accents off (Devlin et al. 2019; the rules of
 * google-research/bert's {@code BasicTokenizer}).
 */
final class Words {
  private final boolean lowercase;
  private final CharacterClasses classes;

  Words(boolean lowercase, CharacterClasses classes) {
    this.lowercase = lowercase;
    this.classes = classes;
  }

  List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .filter(c -> c != 0 && c != 0xfffd && !isDropped(c))
        .forEach(
            c -> {
              if (isWhitespace(c)) {
                end(word, words);
              } else if (isChinese(c) && !isLetterToHuggingFace(c)) {
                end(word, words);
                word.appendCodePoint(c);
                end(word, words);
              } else {
                word.appendCodePoint(c);
              }
            });
    end(word, words);
    return words;
  }

  /** Whether a character is always a word of its own. */
  static boolean standsAlone(int c) {
    return isChinese(c) || isPunctuation(c);
  }

  /** Takes what lies between two spaces apart at its punctuation, and starts anew. */
  private void end(StringBuilder pending, List<String> words) {
    if (pending.isEmpty()) {
      return;
    }
    String normalised = lowercase ? lower(pending.toString()) : pending.toString();
    pending.setLength(0);
    StringBuilder word = new StringBuilder();
    normalised
        .codePoints()
        .forEach(
            c -> {
              if (isPunctuation(c)) {
                flush(word, words);
                words.add(Character.toString(c));
              } else {
                word.appendCodePoint(c);
              }
            });
    flush(word, words);
  }

  private static void flush(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private String lower(String text) {
    if (classes == CharacterClasses.HUGGING_FACE) {
      StringBuilder lowered = new StringBuilder(text.length());
      withoutAccents(text)
          .codePoints()
          .forEach(c -> lowered.appendCodePoint(Character.toLowerCase(c)));
      return lowered.toString();
    }
    return withoutAccents(text.toLowerCase(Locale.ROOT));
  }

  private static String withoutAccents(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    StringBuilder kept = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  /** Line and paragraph separators count: Python's split() breaks a text at them. */
  private static boolean isWhitespace(int c) {
    return c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
  }

  private boolean isDropped(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT -> !isWhitespace(c);
      case Character.PRIVATE_USE -> classes == CharacterClasses.HUGGING_FACE;
      default -> false;
    };
  }

  /** The tokenizers library takes U+2B920 for the first of a block that begins at U+2B820. */
  private boolean isLetterToHuggingFace(int c) {
    return classes == CharacterClasses.HUGGING_FACE && c >= 0x2b820 && c < 0x2b920;
  }

  /** Letters of Japanese and Korean are not among these; those are written with spaces or runs. */
  private static boolean isChinese(int c) {
    return (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0x3400 && c <= 0x4dbf)
        || (c >= 0x20000 && c <= 0x2a6df)
        || (c >= 0x2a700 && c <= 0x2b73f)
        || (c >= 0x2b740 && c <= 0x2b81f)
        || (c >= 0x2b820 && c <= 0x2ceaf)
        || (c >= 0xf900 && c <= 0xfaff)
        || (c >= 0x2f800 && c <= 0x2fa1f);
  }

  /** Every ASCII character that is no letter, digit or space counts, '$' and '`' included. */
  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
