package dev.lockstep.data;

import java.util.List;
import java.util.Optional;

/**
 * Which columns (of a CSV or Parquet file) or fields (of JSON) of a list of URLs hold what; those
 * that are not named are looked for under the names that the datasets of the field use.
 *
 * @param text the caption's; a list may be without captions
 * @param url that of the image
 * @param filename what to keep the image under; a list may be without it
 */
public record LinkColumns(Optional<String> text, Optional<String> url, Optional<String> filename) {
  /** Under their usual names. */
  public static final LinkColumns USUAL =
      new LinkColumns(Optional.empty(), Optional.empty(), Optional.empty());

  /** The names that a URL has in LAION, Wukong, COYO and others. */
  static final List<String> URLS = List.of("url", "URL", "image_url", "img_url", "image_link");

  private static final List<String> FILENAMES = List.of("filename", "image_path");

  RowColumns rows() {
    return new Links(
        Role.of(text, SourceColumns.TEXTS, false, "--text"),
        List.of(
            Role.of(url, URLS, true, "--url"), Role.of(filename, FILENAMES, false, "--filename")));
  }

  private record Links(Role text, List<Role> imageParts) implements RowColumns {
    @Override
    public SourceImage image(List<String> parts) {
      String filename = parts.get(1).strip();
      return new ImageLink(
          parts.get(0).strip(), filename.isEmpty() ? Optional.empty() : Optional.of(filename));
    }
  }
}
