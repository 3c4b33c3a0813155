package dev.lockstep.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import dev.lockstep.error.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is said of a block's keys that are wrong: where, what stands there, what was expected.
 *
 * @param path of the block from the outermost one, empty for that
 * @param source the name to use for a place when the configuration does not know it
 */
record Refusals(ConfigObject object, String path, String source) {
  private static final int SHOWN = 60;

  /** A key with the names of the blocks that it lies in, as in {@code stages.0.epochs}. */
  String fullPath(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /**
   * A value that is impossible.
   *
   * @param byDefault what the key has where the file does not set it
   */
  InvalidInputException invalid(String key, String expected, Optional<Object> byDefault) {
    ConfigValue value = object.get(key);
    if (value == null) {
      return refusal(
          object,
          fullPath(key) + byDefault.map(d -> " is " + d + " by default").orElse(" is missing"),
          "expected " + expected);
    }
    return refusal(value, fullPath(key) + " = " + rendered(value), "expected " + expected);
  }

  /** An element of a list of blocks that is none. */
  InvalidInputException notABlock(String key, int index, ConfigValue element) {
    return refusal(
        element,
        fullPath(key) + "." + index + " is " + rendered(element),
        "expected a block { ... }");
  }

  /** A key that nobody asked for. */
  InvalidInputException unknown(String key, ConfigValue value, Set<String> known) {
    String nearest = Spelling.nearest(key, known).map(k -> "did you mean " + k + "? ").orElse("");
    return refusal(
        value,
        fullPath(key) + " is not a key that is known here",
        nearest
            + "known keys"
            + (path.isEmpty() ? "" : " of " + path)
            + ": "
            + String.join(", ", known));
  }

  /** A key that is not there; one that is misspelt is a likelier cause than one forgotten. */
  InvalidInputException missing(String key, String expected, Set<String> known) {
    String meant =
        object.entrySet().stream()
            .filter(entry -> !known.contains(entry.getKey()))
            .filter(entry -> Spelling.nearest(entry.getKey(), List.of(key)).isPresent())
            .findFirst()
            .map(
                entry ->
                    "; did you mean it by "
                        + entry.getKey()
                        + " ("
                        + Place.of(entry.getValue().origin(), source)
                        + ")?")
            .orElse("");
    return refusal(object, fullPath(key) + " is missing", "expected " + expected + meant);
  }

  private InvalidInputException refusal(ConfigValue at, String found, String advice) {
    return new InvalidInputException(Place.of(at.origin(), source), found, advice);
  }

  private static String rendered(ConfigValue value) {
    String text = value.render(ConfigRenderOptions.concise());
    return text.length() > SHOWN ? text.substring(0, SHOWN - 3) + "..." : text;
  }
}
