package dev.lockstep.data;

import dev.lockstep.data.PictureSheet.Picture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The contact sheet {@code screen.html}: for each reason the first pictures that were dropped, and
 * an even sample of those that were kept, so that a person can judge the rules.
 */
final class ScreenSheet implements AutoCloseable {
  static final String FILE = "screen.html";

  private static final int OF_EACH_REASON = 24;
  private static final int KEPT = 48;

  /** A sample in which every row has the same chance: the rows with the least hashes. */
  private record Sampled(long hash, long row, Picture picture) {}

  private final ThumbnailMaker thumbnails;
  private final Map<DropReason, List<Picture>> dropped = new TreeMap<>();
  private final PriorityQueue<Sampled> kept =
      new PriorityQueue<>(Comparator.comparingLong(Sampled::hash).reversed());

  ScreenSheet(Optional<Background> background) {
    thumbnails = new ThumbnailMaker(background);
  }

  void drop(SourcePair pair, Finding finding) {
    List<Picture> pictures = dropped.computeIfAbsent(finding.reason(), r -> new ArrayList<>());
    if (pictures.size() < OF_EACH_REASON) {
      pictures.add(
          new Picture(
              pair.malformed().isPresent() ? Optional.empty() : thumbnails.of(pair.image()),
              pair.text(),
              pair.file()
                  + (pair.line() > 0 ? ":" + pair.line() : "")
                  + " "
                  + pair.image().name()
                  + ": "
                  + finding.detail()));
    }
  }

  void keep(SourcePair pair) {
    long hash = hash(pair.row());
    if (kept.size() < KEPT || hash < kept.element().hash()) {
      Picture picture = new Picture(thumbnails.of(pair.image()), pair.text(), "");
      kept.add(new Sampled(hash, pair.row(), picture));
      if (kept.size() > KEPT) {
        kept.remove();
      }
    }
  }

  String toHtml(String source, long rows, long keptRows, Map<String, Long> counts) {
    PictureSheet sheet =
        new PictureSheet("What was kept and dropped of " + source)
            .paragraph(
                "%,d rows, %,d kept, %,d dropped".formatted(rows, keptRows, rows - keptRows));
    dropped.forEach(
        (reason, pictures) ->
            sheet.section(
                "Dropped: " + reason,
                "%,d rows; the first %d".formatted(counts.get(reason.toString()), pictures.size()),
                pictures));
    List<Picture> sample =
        kept.stream().sorted(Comparator.comparingLong(Sampled::row)).map(Sampled::picture).toList();
    sheet.section(
        "Kept", "%,d rows; %d of them, drawn evenly".formatted(keptRows, sample.size()), sample);
    return sheet.toHtml();
  }

  /** SplitMix64's mixing function (Steele, Lea and Flood 2014). */
  private static long hash(long row) {
    long z = (row + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  @Override
  public void close() {
    thumbnails.close();
  }
}
