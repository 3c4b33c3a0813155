package dev.lockstep.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import dev.lockstep.error.InvalidInputException;
import java.util.SortedMap;
import java.util.TreeMap;

/** A resolved file as one value for each key, to set files against each other. */
public final class FlatConfig {
  private FlatConfig() {}

  /**
   * By key, as arguments name it ({@code stages.0.optimizer.clip}), the value in HOCON. A list of
   * plain values is one value.
   *
   * @param source the name of the file, for errors
   * @throws InvalidInputException if the text is not HOCON
   */
  public static SortedMap<String, String> of(String hocon, String source) {
    SortedMap<String, String> flat = new TreeMap<>();
    try {
      flatten("", ConfigFactory.parseString(hocon).root(), flat);
    } catch (ConfigException e) {
      throw new InvalidInputException(
          source, "this is not HOCON: " + e.getMessage(), "restore the file", e);
    }
    return flat;
  }

  private static void flatten(String path, ConfigValue value, SortedMap<String, String> flat) {
    if (value instanceof ConfigObject object) {
      object.forEach((key, child) -> flatten(path.isEmpty() ? key : path + "." + key, child, flat));
    } else if (value instanceof ConfigList list
        && list.stream().anyMatch(element -> element instanceof ConfigObject)) {
      for (int i = 0; i < list.size(); i++) {
        flatten(path + "." + i, list.get(i), flat);
      }
    } else {
      flat.put(path, value.render(ConfigRenderOptions.concise()));
    }
  }
}
