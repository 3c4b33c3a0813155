package dev.lockstep.config;

import com.typesafe.config.ConfigException;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.List;

/** Reads an experiment file, with its includes, and lays {@code key=value} arguments over it. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * The outermost block of a file. {@code include "path"} takes another file in, which must be
   * there; its path counts from the file that includes it. <code>${key}</code> stands for the value
   * of another key or, where there is none, of an environment variable.
   *
   * @param overrides {@code key=value}, the value in HOCON; a number in the key picks an element of
   *     a list ({@code stages.0.epochs=2})
   * @throws InvalidInputException if the file or one that it includes is missing or is not HOCON,
   *     or an argument is not {@code key=value}
   */
  public static Block read(Path file, List<String> overrides) {
    try {
      return Block.root(Overrides.apply(Includes.read(file), overrides), file.toString());
    } catch (ConfigException.UnresolvedSubstitution e) {
      String name = withoutPlace(e).replaceFirst("^Could not resolve [^$]*", "");
      throw new InvalidInputException(
          Place.of(e.origin(), file.toString()),
          name + (name.endsWith("}") && name.lastIndexOf('$') == 0 ? " has no value" : ""),
          "give the key a value, or write ${?key} where it may be missing",
          e);
    } catch (ConfigException e) {
      throw new InvalidInputException(
          Place.of(e.origin(), file.toString()),
          "this is not HOCON: " + withoutPlace(e),
          "look for a brace or quote that is not closed near this line",
          e);
    }
  }

  /** What the library says, without the place, which stands before, and its guesses at a cause. */
  private static String withoutPlace(ConfigException e) {
    return String.valueOf(e.getMessage())
        .replaceFirst("^[^:]*(: \\d+)?: ", "")
        .replaceFirst(" \\(if you .*", "");
  }
}
