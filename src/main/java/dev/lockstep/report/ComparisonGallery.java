package dev.lockstep.report;

import dev.lockstep.report.Gallery.Query;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The images that each experiment finds for the same captions, side by side. */
final class ComparisonGallery {
  /** Every picture stands in the page itself, once for each experiment that finds it. */
  private static final int CAPTIONS = 12;

  private ComparisonGallery() {}

  /** The section as HTML; empty where the experiments have no caption in common. */
  static String of(List<Contender> contenders) {
    List<Map<String, Query>> found = new ArrayList<>();
    for (Contender contender : contenders) {
      Map<String, Query> byCaption = new LinkedHashMap<>();
      Optional<Gallery> gallery = contender.first().gallery();
      gallery.ifPresent(g -> g.queries().forEach(q -> byCaption.putIfAbsent(q.caption(), q)));
      found.add(byCaption);
    }
    List<String> common =
        found.get(0).keySet().stream()
            .filter(caption -> found.stream().allMatch(one -> one.containsKey(caption)))
            .toList();
    if (common.isEmpty()) {
      return "";
    }
    int shown = Math.min(CAPTIONS, common.size());
    List<String> chosen =
        IntStream.range(0, shown).mapToObj(i -> common.get(i * common.size() / shown)).toList();
    boolean several = contenders.stream().anyMatch(c -> c.runs().size() > 1);
    StringBuilder section = new StringBuilder();
    section.append(
        """
        <section id="pictures">
        <h2>What they find</h2>
        <p class="note">For the same test captions, spread evenly, the nearest images of each \
        experiment%s, with their cosine. <span class="key">✓</span> and a frame mark a right one; \
        where none is near enough, the best right one stands apart.</p>
        <div class="gallery">
        """
            .formatted(several ? "'s first seed" : ""));
    chosen.forEach(caption -> section.append(card(caption, contenders, found)));
    return section.append("</div>\n</section>\n").toString();
  }

  private static String card(
      String caption, List<Contender> contenders, List<Map<String, Query>> found) {
    StringBuilder card = new StringBuilder();
    card.append(
        "<figure class=\"query\"><figcaption><b>%s</b></figcaption>\n"
            .formatted(Html.text(caption)));
    for (int i = 0; i < contenders.size(); i++) {
      Query query = found.get(i).get(caption);
      card.append(
          "<div class=\"found %s\">%s <span class=\"rank\">rank %s</span></div>"
              .formatted(
                  query.rank() == 1 ? "first" : "later",
                  ComparisonPage.name(contenders, i),
                  Figures.count(query.rank())));
      card.append("<div class=\"pictures\">\n").append(GallerySection.pictures(query));
      card.append("</div>\n");
    }
    return card.append("</figure>\n").toString();
  }
}
