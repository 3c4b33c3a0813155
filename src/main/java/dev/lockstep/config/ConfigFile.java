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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads an experiment file, with its includes, and lays {@code key=value} arguments over it. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * The outermost block of a file.
   *
   * @param overrides {@code key=value}, the value in HOCON; a number in the key picks an element of
   *     a list ({@code stages.0.epochs=2})
   * @throws InvalidInputException if the file is missing or is not HOCON, or an argument is not
   *     {@code key=value}
   */
  public static Block read(Path file, List<String> overrides) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file.toString(),
          Files.isDirectory(file) ? "this is a folder" : "there is no such file",
          "give the path of an experiment file, for example experiments/quickstart.conf");
    }
    try {
      Config config =
          ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
      for (String override : overrides) {
        config = override(config, override);
      }
      return Block.root(config.resolve(), file.toString());
    } catch (ConfigException e) {
      throw new InvalidInputException(
          place(e, file),
          "not a valid experiment file: " + withoutPlace(e),
          "see docs/experiment-file.md",
          e);
    }
  }

  private static Config override(Config config, String argument) {
    int equals = argument.indexOf('=');
    if (equals < 1) {
      throw new InvalidInputException(
          "argument '" + argument + "'",
          "this is not key=value",
          "for example: name=second seed=8");
    }
    try {
      List<String> path = ConfigUtil.splitPath(argument.substring(0, equals).strip());
      Config parsed =
          ConfigFactory.parseString(
              "value = " + argument.substring(equals + 1),
              ConfigParseOptions.defaults().setOriginDescription("argument '" + argument + "'"));
      return ((ConfigObject) replace(config.root(), path, parsed.root().get("value"), argument))
          .toConfig();
    } catch (ConfigException e) {
      throw new InvalidInputException(
          "argument '" + argument + "'",
          "not valid HOCON: " + withoutPlace(e),
          "quote the value, as in 'name=\"my run\"'",
          e);
    }
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
      int index = key.matches("\\d{1,6}") ? Integer.parseInt(key) : -1;
      if (index < 0 || index >= list.size()) {
        throw new InvalidInputException(
            "argument '" + argument + "'",
            "'" + key + "' picks nothing from a list of " + list.size(),
            "use a number from 0 to " + (list.size() - 1));
      }
      List<Object> copy = new ArrayList<>(list);
      copy.set(index, replace(list.get(index), rest, value, argument));
      return ConfigValueFactory.fromIterable(copy).withOrigin(list.origin());
    }
    ConfigObject object =
        at instanceof ConfigObject o ? o : ConfigFactory.empty().root().withOrigin(value.origin());
    ConfigValue child = object.get(key);
    return object.withValue(
        key, child == null ? nest(rest, value) : replace(child, rest, value, argument));
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

  private static String place(ConfigException e, Path file) {
    return e.origin() != null && e.origin().lineNumber() > 0
        ? Block.place(e.origin(), file.toString())
        : file.toString();
  }

  /** The library's message opens with the origin, which our message already names. */
  private static String withoutPlace(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    return message.replaceFirst("^[^:]*(: \\d+)?: ", "");
  }
}
