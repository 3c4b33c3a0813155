package dev.lockstep.config;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.Optional;

/** Where a value was written, as a user finds it again: {@code experiments/quickstart.conf:12}. */
final class Place {
  private static final String ARGUMENT = "argument '";

  private Place() {}

  /** What the library is to call the origin of the values of an argument. */
  static String argument(String argument) {
    return ARGUMENT + argument + "'";
  }

  /**
   * @param source the place to name where the library does not know it, as for a block that several
   *     files put together
   */
  static String of(ConfigOrigin origin, String source) {
    if (origin == null) {
      return source;
    }
    Optional<Path> file = file(origin);
    if (file.isPresent()) {
      String name = relative(file.get());
      return origin.lineNumber() > 0 ? name + ":" + origin.lineNumber() : name;
    }
    return origin.description().startsWith(ARGUMENT)
        ? origin.description().replaceFirst(": \\d+$", "")
        : source;
  }

  /** The one file that the value was written in. */
  static Optional<Path> file(ConfigOrigin origin) {
    // Of several files the library gives the description for a file's name.
    return isSeveral(origin)
        ? Optional.empty()
        : Optional.ofNullable(origin.filename()).map(Path::of);
  }

  /** Whether the value was put together from several places. */
  static boolean isSeveral(ConfigOrigin origin) {
    return origin.description().startsWith("merge of ");
  }

  /** Paths under the working directory are shown as the user would type them. */
  static String relative(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.startsWith(here) ? here.relativize(absolute).toString() : absolute.toString();
  }
}
