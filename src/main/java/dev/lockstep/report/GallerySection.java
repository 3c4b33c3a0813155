package dev.lockstep.report;

import dev.lockstep.report.Gallery.Picture;
import dev.lockstep.report.Gallery.Query;
import java.util.Base64;
import java.util.Locale;

/** Captions with the pictures that were found for them. */
final class GallerySection {
  private GallerySection() {}

  /** The section as HTML; empty for a gallery without captions. */
  static String of(Gallery gallery) {
    if (gallery.queries().isEmpty()) {
      return "";
    }
    int shown = gallery.queries().stream().mapToInt(q -> q.nearest().size()).max().orElseThrow();
    long first = gallery.queries().stream().filter(query -> query.rank() == 1).count();
    long found = gallery.queries().stream().filter(query -> query.rank() <= shown).count();
    StringBuilder section = new StringBuilder();
    section.append(
        """
        <section id="pictures">
        <h2>What it finds</h2>
        <p class="note">For captions of the test pairs the nearest of %s images, with their \
        cosine. <span class="key">✓</span> and a frame mark a right one; where none is near \
        enough, the best right one stands apart. Of these %d captions %d have a right image first \
        and %d among the first %d.</p>
        <div class="gallery">
        """
            .formatted(
                Figures.count(gallery.queries().get(0).images()),
                gallery.queries().size(),
                first,
                found,
                shown));
    gallery.queries().forEach(query -> section.append(card(query)));
    return section.append("</div>\n</section>\n").toString();
  }

  private static String card(Query query) {
    StringBuilder card = new StringBuilder();
    card.append(
        "<figure class=\"query %s\"><figcaption><b>%s</b> <span class=\"rank\">rank %s</span>"
            .formatted(
                query.rank() == 1 ? "first" : "later",
                Html.text(query.caption()),
                Figures.count(query.rank())));
    card.append("</figcaption><div class=\"pictures\">\n");
    return card.append(pictures(query)).append("</div></figure>\n").toString();
  }

  /** What was found for a caption, and what should have been. */
  static String pictures(Query query) {
    StringBuilder pictures = new StringBuilder();
    query.nearest().forEach(picture -> pictures.append(picture(picture, "")));
    query.missed().ifPresent(picture -> pictures.append(picture(picture, " missed")));
    return pictures.toString();
  }

  private static String picture(Picture picture, String kind) {
    String similarity = String.format(Locale.ROOT, "%.2f", picture.similarity());
    return """
    <div class="picture%s%s"><img alt="%s" src="data:image/png;base64,%s">\
    <span>%s%s</span></div>
    """
        .formatted(
            picture.right() ? " right" : "",
            kind,
            picture.right() ? "a right image" : "a wrong image",
            Base64.getEncoder().encodeToString(picture.png()),
            picture.right() ? "✓ " : "",
            similarity);
  }
}
