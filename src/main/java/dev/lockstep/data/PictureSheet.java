package dev.lockstep.data;

import com.google.common.html.HtmlEscapers;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A page of HTML with many small pictures, which needs no other file. */
final class PictureSheet {
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <title>%s</title>
      <style>
        body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #222; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem; }
        p { margin: .2rem 0 .8rem; color: #555; }
        .pictures { display: flex; flex-wrap: wrap; gap: 12px; }
        figure { width: 128px; margin: 0; overflow-wrap: anywhere; }
        figure img, .none { width: 126px; height: 126px; border: 1px solid #ccc;
          object-fit: contain; background: #f4f4f4; }
        .none { display: flex; align-items: center; justify-content: center; color: #999; }
        figcaption { font-size: 12px; } figcaption small { color: #a33; display: block; }
      </style>
      <h1>%s</h1>
      """;

  /**
   * @param image a PNG, JPEG or GIF; nothing where there is no picture
   * @param detail a second line, or empty
   */
  record Picture(Optional<byte[]> image, String caption, String detail) {}

  private final StringBuilder html = new StringBuilder();

  PictureSheet(String title) {
    String escaped = escape(title);
    html.append(HEAD.formatted(escaped, escaped));
  }

  PictureSheet paragraph(String text) {
    html.append("<p>").append(escape(text)).append("</p>\n");
    return this;
  }

  PictureSheet section(String title, String note, List<Picture> pictures) {
    html.append("<h2>").append(escape(title)).append("</h2>\n");
    paragraph(note);
    html.append("<div class=\"pictures\">\n");
    for (Picture picture : pictures) {
      html.append("<figure>")
          .append(
              picture.image().map(PictureSheet::image).orElse("<div class=none>no picture</div>"))
          .append("<figcaption>")
          .append(escape(picture.caption()))
          .append(
              picture.detail().isEmpty() ? "" : "<small>" + escape(picture.detail()) + "</small>")
          .append("</figcaption></figure>\n");
    }
    html.append("</div>\n");
    return this;
  }

  String toHtml() {
    return html + "</html>\n";
  }

  private static String image(byte[] bytes) {
    // A browser looks at the bytes, whatever the type says.
    return "<img loading=\"lazy\" alt=\"\" src=\"data:image/png;base64,"
        + Base64.getEncoder().encodeToString(bytes)
        + "\">";
  }

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
