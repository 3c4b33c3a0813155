package dev.lockstep.download;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** What bytes are, by how they begin: servers often say something else. */
enum ContentKind {
  JPEG("jpg"),
  PNG("png"),
  GIF("gif"),
  WEBP("webp"),
  BMP("bmp"),
  TIFF("tif"),
  AVIF("avif"),
  HTML(""),
  OTHER("");

  /** How many bytes tell. */
  static final int LOOKED_AT = 512;

  private static final Pattern PAGE =
      Pattern.compile("(?s)\\s*(<!--.*?-->\\s*)*<(!doctype html|html|head|body|script|\\?xml).*");

  private final String ending;

  ContentKind(String ending) {
    this.ending = ending;
  }

  boolean isImage() {
    return !ending.isEmpty();
  }

  /** Of a file's name, without the dot; empty for what is no image. */
  String ending() {
    return ending;
  }

  /**
   * @param head the first bytes, 512 or all there are
   * @param declared the answer's Content-Type, or an empty text
   */
  static ContentKind of(byte[] head, String declared) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (text.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) {
      return GIF;
    }
    if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (text.startsWith("BM") && head.length > 26) {
      return BMP;
    }
    if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
      return TIFF;
    }
    if (text.startsWith("ftypavif", 4) || text.startsWith("ftypavis", 4)) {
      return AVIF;
    }
    boolean page =
        declared.toLowerCase(Locale.ROOT).startsWith("text/html")
            || PAGE.matcher(text.replace("\u00ef\u00bb\u00bf", "").toLowerCase(Locale.ROOT))
                .matches();
    return page ? HTML : OTHER;
  }
}
