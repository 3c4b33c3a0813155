package dev.lockstep.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.lockstep.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/** Lays {@code key=value} arguments over a file. */
final class Overrides {
  private Overrides() {}

  /** One argument, its value not resolved yet. */
  private record Argument(String text, List<String> path, Config value) {
    /** Whether a part of the key is a number, which picks an element of a list. */
    boolean picksAnElement() {
      return path.stream().anyMatch(Overrides::isIndex);
    }
  }

  /**
   * The file with the arguments over it, resolved. Keys are laid over the file before it is
   * resolved, so that <code>${...}</code> sees them; HOCON knows no path into a list, so elements
   * of lists are replaced afterwards.
   */
  static Config apply(Config file, List<String> arguments) {
    List<Argument> parsed = arguments.stream().map(Overrides::parse).toList();
    Config layered = file;
    for (Argument argument : parsed) {
      if (!argument.picksAnElement()) {
        ConfigValue nested = nest(argument.path(), argument.value().root().get("value"));
        layered = ((ConfigObject) nested).toConfig().withFallback(layered);
      }
    }
    Config resolved = layered.resolve();
    ConfigValue root = resolved.root();
    for (Argument argument : parsed) {
      if (argument.picksAnElement()) {
        ConfigValue value = argument.value().resolveWith(resolved).root().get("value");
        root = replace(root, argument.path(), value, argument.text());
      }
    }
    return ((ConfigObject) root).toConfig();
  }

  private static Argument parse(String argument) {
    int equals = argument.indexOf('=');
    if (equals < 0 || argument.substring(0, equals).isBlank()) {
      throw new InvalidInputException(
          Place.argument(argument),
          "this is not key=value",
          "for example: name=second stages.0.epochs=2");
    }
    String key = argument.substring(0, equals).strip();
    String text = argument.substring(equals + 1);
    try {
      List<String> path = ConfigUtil.splitPath(key);
      Config value =
          ConfigFactory.parseString(
              "value = " + text,
              ConfigParseOptions.defaults().setOriginDescription(Place.argument(argument)));
      if (value.root().size() == 1 && value.root().containsKey("value")) {
        return new Argument(argument, path, value);
      }
      throw new InvalidInputException(
          Place.argument(argument),
          "there is more than one value here",
          "give each key an argument of its own, or quote the value: " + quoted(key, text));
    } catch (ConfigException.BadPath e) {
      throw new InvalidInputException(
          Place.argument(argument),
          "'" + key + "' is not a key",
          "join names by single dots, as in stages.0.epochs=2",
          e);
    } catch (ConfigException e) {
      throw new InvalidInputException(
          Place.argument(argument),
          (text.isBlank() ? "there is no value" : "'" + text + "' is not a value in HOCON"),
          "if it is a text, quote it: " + quoted(key, text),
          e);
    }
  }

  /** The argument as the shell must get it for the value to arrive as a text. */
  private static String quoted(String key, String text) {
    return "'" + key + "=" + ConfigUtil.quoteString(text) + "'";
  }

  private static boolean isIndex(String name) {
    return name.matches("\\d{1,6}");
  }

  /** A copy of {@code at} in which the value at {@code path} is {@code value}. */
  private static ConfigValue replace(
      ConfigValue at, List<String> path, ConfigValue value, String argument) {
    if (path.isEmpty()) {
      return at instanceof ConfigObject && value instanceof ConfigObject
          ? value.withFallback(at)
          : value;
    }
    String key = path.get(0);
    List<String> rest = path.subList(1, path.size());
    if (at instanceof ConfigList list) {
      int index = isIndex(key) ? Integer.parseInt(key) : -1;
      if (index < 0 || index >= list.size()) {
        throw new InvalidInputException(
            Place.argument(argument),
            "'" + key + "' picks nothing from a list of " + list.size(),
            list.isEmpty() ? "the list is empty" : "use a number from 0 to " + (list.size() - 1));
      }
      List<Object> copy = new ArrayList<>(list);
      copy.set(index, replace(list.get(index), rest, value, argument));
      return ConfigValueFactory.fromIterable(copy).withOrigin(list.origin());
    }
    if (at instanceof ConfigObject object) {
      ConfigValue child = object.get(key);
      return object.withValue(
          key, child == null ? nest(rest, value) : replace(child, rest, value, argument));
    }
    return nest(path, value);
  }

  /** {@code value} inside as many objects as {@code path} has names. */
  private static ConfigValue nest(List<String> path, ConfigValue value) {
    ConfigValue nested = value;
    for (int i = path.size() - 1; i >= 0; i--) {
      nested =
          ConfigFactory.empty().root().withValue(path.get(i), nested).withOrigin(value.origin());
    }
    return nested;
  }
}
