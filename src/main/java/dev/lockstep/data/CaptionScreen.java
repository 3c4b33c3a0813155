package dev.lockstep.data;

import dev.lockstep.data.ScreenSpec.Rule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be said of a caption by itself. */
final class CaptionScreen {
  /** A tag, a character entity, or an address. */
  private static final Pattern MARKUP =
      Pattern.compile(
          "</?[a-zA-Z][^<>]{0,200}>|&(?:[a-zA-Z]{2,10}|#\\d{1,7}|#x[0-9a-fA-F]{1,6});"
              + "|https?://|www\\.");

  private final ScreenSpec spec;
  private final int maxLength;
  private final List<Pattern> reject;

  CaptionScreen(ScreenSpec spec, int maxLength) {
    this.spec = spec;
    this.maxLength = maxLength;
    this.reject = spec.reject().stream().map(Pattern::compile).toList();
  }

  /**
   * Why a caption is left out, if it is.
   *
   * @param tokens how many it has
   */
  Optional<Finding> check(Caption caption, int tokens) {
    int length = caption.length();
    if (length == 0 || tokens == 0) {
      return found(DropReason.CAPTION_EMPTY, "no token in it");
    }
    if (length > maxLength) {
      return found(
          DropReason.CAPTION_TOO_LONG,
          length + " characters; data.max-caption-length is " + maxLength);
    }
    if (length < spec.minCaptionLength()) {
      return found(
          DropReason.CAPTION_TOO_SHORT,
          length + " characters; data.screen.min-caption-length is " + spec.minCaptionLength());
    }
    return checkCharacters(caption.text());
  }

  private Optional<Finding> checkCharacters(String text) {
    if (spec.controlCharacters() == Rule.DROP) {
      Optional<Integer> control =
          text.codePoints().filter(CaptionScreen::isControl).boxed().findFirst();
      if (control.isPresent()) {
        return found(
            DropReason.CAPTION_CONTROL_CHARACTERS, "U+%04X in it".formatted(control.get()));
      }
    }
    if (spec.markup() == Rule.DROP) {
      Matcher matcher = MARKUP.matcher(text);
      if (matcher.find()) {
        return found(DropReason.CAPTION_MARKUP, "'" + matcher.group() + "' in it");
      }
    }
    for (Pattern pattern : reject) {
      Matcher matcher = pattern.matcher(text);
      if (matcher.find()) {
        return found(
            DropReason.CAPTION_REJECTED, "'" + matcher.group() + "' fits " + pattern.pattern());
      }
    }
    double chinese = spec.minChinese() > 0 ? chineseShare(text) : 1;
    return chinese < spec.minChinese()
        ? found(
            DropReason.CAPTION_NOT_CHINESE,
            "%.0f%% of its letters are Chinese; data.screen.min-chinese is %s"
                .formatted(100 * chinese, spec.minChinese()))
        : Optional.empty();
  }

  /** Of the letters and digits, from 0 to 1; 0 where there are none. */
  static double chineseShare(String text) {
    long letters = text.codePoints().filter(Character::isLetterOrDigit).count();
    long chinese = text.codePoints().filter(Character::isIdeographic).count();
    return letters == 0 ? 0 : Math.min(1, (double) chinese / letters);
  }

  /** Control characters and what is invisible; joiners of emoji are neither. */
  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT && c != 0x200d
        || type == Character.PRIVATE_USE
        || type == Character.UNASSIGNED
        || type == Character.SURROGATE
        || c == 0xfffd;
  }

  private static Optional<Finding> found(DropReason reason, String detail) {
    return Optional.of(new Finding(reason, detail));
  }
}
