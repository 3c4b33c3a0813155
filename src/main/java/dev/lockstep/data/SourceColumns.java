package dev.lockstep.data;

import dev.lockstep.config.Block;
import dev.lockstep.config.Spelling;
import dev.lockstep.error.InvalidInputException;
import java.util.ArrayList;
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

  /** From the block {@code columns}. */
  public static SourceColumns from(Block block) {
    return new SourceColumns(block.optionalString("text"), block.optionalString("image"));
  }

  String text(List<String> there, String place) {
    return find(text, TEXTS, there, place);
  }

  String image(List<String> there, String place) {
    return find(image, IMAGES, there, place);
  }

  /** The names under which a caption is looked for, the likeliest first. */
  List<String> texts() {
    return text.map(List::of).orElse(TEXTS);
  }

  List<String> images() {
    return image.map(List::of).orElse(IMAGES);
  }

  private static String find(
      Optional<String> named, List<String> usual, List<String> there, String place) {
    List<String> wanted = named.map(List::of).orElse(usual);
    for (String name : wanted) {
      if (there.contains(name)) {
        if (there.indexOf(name) != there.lastIndexOf(name)) {
          throw new InvalidInputException(
              place, "there are two columns '" + name + "'", "rename one of them");
        }
        return name;
      }
    }
    List<String> nearest = new ArrayList<>();
    wanted.forEach(name -> Spelling.nearest(name, there).ifPresent(nearest::add));
    throw new InvalidInputException(
        place,
        "there is no column '" + wanted.get(0) + "'",
        "the columns are: "
            + String.join(", ", there)
            + (nearest.isEmpty() ? "" : "; is '" + nearest.get(0) + "' meant for it?")
            + (named.isPresent() ? "" : "; data.source.columns says which is which"));
  }
}
