package dev.lockstep.data;

import dev.lockstep.config.Spelling;
import dev.lockstep.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the columns of a row mean: where its caption stands, and where what tells its image. */
interface RowColumns {
  Role text();

  /** What tells the image, in the order in which {@link #image} takes it; the first is needed. */
  List<Role> imageParts();

  /**
   * The image of a row.
   *
   * @param parts the values of the parts, an empty text where a row has none
   */
  SourceImage image(List<String> parts);

  /** Whether the image's own bytes may stand in the place of what tells it. */
  default boolean imageMayBeBytes() {
    return false;
  }

  /** What to do about a file without the column for the image. */
  default String withoutImage(Collection<String> columns, String file) {
    return "";
  }

  /**
   * The columns of a file: the caption's, then those of the image's parts; nothing where a column
   * that is not needed is not there.
   *
   * @param columns the file's, in their order
   * @param place to name in a message
   * @throws InvalidInputException if one that is needed is missing, or stands there twice
   */
  default List<Optional<String>> find(List<String> columns, String file, String place) {
    List<Optional<String>> found = new ArrayList<>();
    found.add(find(text(), columns, place, ""));
    for (Role part : imageParts()) {
      found.add(find(part, columns, place, withoutImage(columns, file)));
    }
    return found;
  }

  private static Optional<String> find(
      Role role, List<String> columns, String place, String otherWay) {
    Optional<String> found = role.among(columns);
    if (found.isPresent() && columns.indexOf(found.get()) != columns.lastIndexOf(found.get())) {
      throw new InvalidInputException(
          place, "there are two columns '" + found.get() + "'", "rename one of them");
    }
    if (found.isEmpty() && role.needed()) {
      Optional<String> nearest =
          role.names().stream()
              .flatMap(name -> Spelling.nearest(name, columns).stream())
              .findFirst();
      String meant = nearest.map(name -> "; is '" + name + "' meant for it?").orElse("");
      String mapping = role.key().isEmpty() ? "" : "; " + role.key() + " says which is which";
      throw new InvalidInputException(
          place,
          "there is no column '" + role.names().get(0) + "'",
          "the columns are: " + shortened(columns) + meant + mapping + otherWay);
    }
    return found;
  }

  /** A file that is no table has a first line of any length. */
  private static String shortened(List<String> columns) {
    String some =
        columns.stream()
            .limit(20)
            .map(name -> name.length() > 40 ? name.substring(0, 40) + "..." : name)
            .collect(Collectors.joining(", "));
    return columns.size() > 20 ? some + " and %d more".formatted(columns.size() - 20) : some;
  }
}
