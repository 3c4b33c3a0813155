package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Which columns (of a CSV or Parquet file) or fields (of JSON) hold what.
 *
 * @param text the caption's; without one, it is looked for under its usual names
 * @param image the image's path, bytes or downloaded file; likewise
 */
public record SourceColumns(Optional<String> text, Optional<String> image) {
  /** Under their usual names. */
  public static final SourceColumns USUAL = new SourceColumns(Optional.empty(), Optional.empty());

  /** What the datasets of the field call it. */
  static final List<String> TEXTS = List.of("text", "caption", "TEXT");

  /** A path, or the name of the file that a URL was downloaded to. */
  static final List<String> IMAGES = List.of("image_path", "filename", "image");

  private static final String KEY = "data.source.columns";

  /** From the block {@code columns}. */
  public static SourceColumns from(Block block) {
    return new SourceColumns(block.optionalString("text"), block.optionalString("image"));
  }

  /**
   * What the columns mean.
   *
   * @param folder that paths of images count from
   */
  RowColumns in(Path folder) {
    return new Pairs(
        Role.of(text, TEXTS, true, KEY), List.of(Role.of(image, IMAGES, true, KEY)), folder);
  }

  private record Pairs(Role text, List<Role> imageParts, Path folder) implements RowColumns {
    @Override
    public SourceImage image(List<String> parts) {
      return ImageFile.in(folder, parts.get(0).strip());
    }

    @Override
    public boolean imageMayBeBytes() {
      return true;
    }

    @Override
    public String withoutImage(Collection<String> columns, String file) {
      if (columns.contains("image_ids")) {
        return "; the images of X_texts.jsonl must lie beside it, in X_imgs.tsv";
      }
      return LinkColumns.URLS.stream().anyMatch(columns::contains)
          ? "; images that are still to be fetched: lockstep download "
              + file
              + " --out DIR, then name DIR/pairs.csv"
          : "";
    }
  }
}
