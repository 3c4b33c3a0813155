package dev.lockstep.report;

/** Text for a page. */
final class Html {
  private Html() {}

  /** The text, with everything escaped that a browser would take for markup. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * The text escaped, and marked as Chinese where it holds Chinese characters: the page is English,
   * and a browser would otherwise draw them in the Japanese forms that many systems prefer.
   */
  static String text(String text) {
    boolean han =
        text.codePoints()
            .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    return han ? "<span lang=\"zh\">" + escape(text) + "</span>" : escape(text);
  }
}
