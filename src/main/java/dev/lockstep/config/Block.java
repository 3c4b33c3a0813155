package dev.lockstep.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One block <code>{ ... }</code> of an experiment file. Each getter checks the type and the range
 * of its key; {@link #finish} then refuses every key that no getter asked for, in this block and in
 * all blocks opened from it. What was read, defaults included, is kept as the resolved file.
 */
public final class Block {
  private final ConfigObject object;
  private final String path;
  private final String source;
  private final Set<String> known = new TreeSet<>();
  private final Map<String, Object> resolved = new TreeMap<>();
  private final Map<String, List<Block>> children = new LinkedHashMap<>();

  private Block(ConfigObject object, String path, String source) {
    this.object = object;
    this.path = path;
    this.source = source;
  }

  /**
   * @param source the name to use for a place when the configuration does not know it
   */
  public static Block root(Config config, String source) {
    return new Block(config.root(), "", source);
  }

  /** A block from HOCON text, for defaults and tests. */
  public static Block parse(String hocon) {
    return root(ConfigFactory.parseString(hocon).resolve(), "text");
  }

  /** Whether the key has a value; asking makes the key a known one. */
  public boolean has(String key) {
    known.add(key);
    ConfigValue value = object.get(key);
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  public boolean isBlock(String key) {
    known.add(key);
    return object.get(key) instanceof ConfigObject;
  }

  public boolean isList(String key) {
    known.add(key);
    return object.get(key) instanceof ConfigList;
  }

  public String string(String key) {
    return require(key, "text", this::asString);
  }

  public String string(String key, String fallback) {
    return orElse(key, fallback, "text", this::asString);
  }

  public Optional<String> optionalString(String key) {
    return has(key) ? Optional.of(string(key)) : Optional.empty();
  }

  public boolean flag(String key, boolean fallback) {
    return orElse(
        key, fallback, "true or false", v -> v.unwrapped() instanceof Boolean b ? b : null);
  }

  public int integer(String key, int min, int max) {
    return require(key, whole(min, max), v -> asInteger(v, min, max));
  }

  public int integer(String key, int min, int max, int fallback) {
    return orElse(key, fallback, whole(min, max), v -> asInteger(v, min, max));
  }

  public List<Integer> integers(String key, int min, int max, List<Integer> fallback) {
    return orElse(
        key,
        fallback,
        "a list, each " + whole(min, max),
        v -> asList(v, e -> asInteger(e, min, max)));
  }

  public double number(String key, double min, double max) {
    return require(key, decimal(min, max), v -> asNumber(v, min, max));
  }

  public double number(String key, double min, double max, double fallback) {
    return orElse(key, fallback, decimal(min, max), v -> asNumber(v, min, max));
  }

  public List<Double> numbers(String key, double min, double max, List<Double> fallback) {
    return orElse(
        key,
        fallback,
        "a list, each " + decimal(min, max),
        v -> asList(v, e -> asNumber(e, min, max)));
  }

  public List<String> strings(String key, List<String> fallback) {
    return orElse(key, fallback, "a list of texts", v -> asList(v, this::asString));
  }

  /** One of a fixed set of names, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    return require(key, "one of " + names(type), v -> asChoice(v, type), Block::nameOf);
  }

  public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
    if (!has(key)) {
      resolved.put(key, nameOf(fallback));
      return fallback;
    }
    return choice(key, type);
  }

  /**
   * A file or folder. A path in a file counts from that file's folder, one in an argument from the
   * working directory. Whether it exists is for the caller to check.
   */
  public Path path(String key) {
    return require(key, "a path", v -> asPath(v), Path::toString);
  }

  public Optional<Path> optionalPath(String key) {
    return has(key) ? Optional.of(path(key)) : Optional.empty();
  }

  /** Bytes, with a unit as in {@code 256MiB}. */
  public long bytes(String key, long fallback) {
    return orElse(key, fallback, "a size such as 256MiB", v -> single(v).getBytes("it"));
  }

  /** A duration, with a unit as in {@code 5m}. */
  public Duration duration(String key, Duration fallback) {
    if (!has(key)) {
      resolved.put(key, fallback.toMillis() + "ms");
      return fallback;
    }
    return require(
        key, "a duration such as 5m", v -> single(v).getDuration("it"), d -> d.toMillis() + "ms");
  }

  /** The block under a key; an empty one where the key is missing. */
  public Block block(String key) {
    known.add(key);
    if (children.containsKey(key)) {
      return children.get(key).get(0);
    }
    ConfigValue value = object.get(key);
    if (value != null && !(value instanceof ConfigObject)) {
      throw invalid(key, "a block { ... }");
    }
    ConfigObject child =
        value == null
            ? ConfigFactory.empty().root().withOrigin(object.origin())
            : (ConfigObject) value;
    Block block = new Block(child, fullPath(key), source);
    children.put(key, List.of(block));
    return block;
  }

  /** The blocks of a list, which must hold one at least. */
  public List<Block> blocks(String key) {
    known.add(key);
    if (!(object.get(key) instanceof ConfigList list) || list.isEmpty()) {
      throw has(key)
          ? invalid(key, "a list of blocks [ { ... }, { ... } ]")
          : missing(key, "a list of blocks [ { ... }, { ... } ]");
    }
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof ConfigObject element)) {
        throw new InvalidInputException(
            place(list.get(i).origin(), source),
            fullPath(key) + "." + i + " is " + rendered(list.get(i)),
            "expected a block { ... }");
      }
      blocks.add(new Block(element, fullPath(key) + "." + i, source));
    }
    children.put(key, List.copyOf(blocks));
    return children.get(key);
  }

  /** The error for a value that has the right type and is still impossible. */
  public InvalidInputException invalid(String key, String expected) {
    ConfigValue value = object.get(key);
    if (value == null) {
      return new InvalidInputException(
          place(object.origin(), source),
          fullPath(key) + " is " + resolved.getOrDefault(key, "missing"),
          "expected " + expected);
    }
    return new InvalidInputException(
        place(value.origin(), source),
        fullPath(key) + " = " + rendered(value),
        "expected " + expected);
  }

  /** Throws {@link #invalid} unless {@code holds}. */
  public void check(boolean holds, String key, String expected) {
    if (!holds) {
      throw invalid(key, expected);
    }
  }

  /** Refuses keys that nobody asked for, here and in the blocks under this one. */
  public void finish() {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String key = entry.getKey();
      if (!known.contains(key)) {
        throw unknown(key, entry.getValue());
      }
    }
    children.values().forEach(blocks -> blocks.forEach(Block::finish));
  }

  /** Everything that was asked for, defaults and absolute paths included, as HOCON. */
  public String resolved() {
    return ConfigValueFactory.fromMap(resolvedTree())
        .render(
            ConfigRenderOptions.defaults()
                .setOriginComments(false)
                .setComments(false)
                .setJson(false));
  }

  private Map<String, Object> resolvedTree() {
    Map<String, Object> tree = new TreeMap<>(resolved);
    children.forEach(
        (key, blocks) -> {
          boolean isList = object.get(key) instanceof ConfigList;
          tree.put(
              key,
              isList
                  ? blocks.stream().map(Block::resolvedTree).toList()
                  : blocks.get(0).resolvedTree());
        });
    return tree;
  }

  private InvalidInputException unknown(String key, ConfigValue value) {
    String nearest = Spelling.nearest(key, known).map(k -> "did you mean " + k + "? ").orElse("");
    return new InvalidInputException(
        place(value.origin(), source),
        fullPath(key) + " is not a key that is known here",
        nearest
            + "known keys"
            + (path.isEmpty() ? "" : " of " + path)
            + ": "
            + String.join(", ", known));
  }

  private InvalidInputException missing(String key, String expected) {
    // A misspelt key is the likelier cause than a forgotten one, and says more.
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      if (!known.contains(entry.getKey())
          && Spelling.nearest(entry.getKey(), List.of(key)).isPresent()) {
        return new InvalidInputException(
            place(entry.getValue().origin(), source),
            fullPath(entry.getKey()) + " is not a key that is known here",
            "did you mean " + key + "? It is missing, and must be " + expected);
      }
    }
    return new InvalidInputException(
        place(object.origin(), source), fullPath(key) + " is missing", "expected " + expected);
  }

  private <T> T require(String key, String expected, Function<ConfigValue, T> convert) {
    return require(key, expected, convert, v -> v);
  }

  private <T> T require(
      String key, String expected, Function<ConfigValue, T> convert, Function<T, Object> record) {
    if (!has(key)) {
      throw missing(key, expected);
    }
    T value;
    try {
      value = convert.apply(object.get(key));
    } catch (ConfigException e) {
      value = null;
    }
    if (value == null) {
      throw invalid(key, expected);
    }
    resolved.put(key, record.apply(value));
    return value;
  }

  private <T> T orElse(String key, T fallback, String expected, Function<ConfigValue, T> convert) {
    if (!has(key)) {
      resolved.put(key, fallback);
      return fallback;
    }
    return require(key, expected, convert);
  }

  private String asString(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
      default -> null;
    };
  }

  private static Double asNumber(ConfigValue value, double min, double max) {
    if (!(value.unwrapped() instanceof Number n)) {
      return null;
    }
    double number = n.doubleValue();
    return number >= min && number <= max ? number : null;
  }

  private static Integer asInteger(ConfigValue value, int min, int max) {
    Double number = asNumber(value, min, max);
    return number != null && number == Math.rint(number)
        ? Integer.valueOf(number.intValue())
        : null;
  }

  private static <T> List<T> asList(ConfigValue value, Function<ConfigValue, T> convert) {
    if (!(value instanceof ConfigList list)) {
      return null;
    }
    List<T> values = new ArrayList<>();
    for (ConfigValue element : list) {
      T converted = convert.apply(element);
      if (converted == null) {
        return null;
      }
      values.add(converted);
    }
    return List.copyOf(values);
  }

  private static <E extends Enum<E>> E asChoice(ConfigValue value, Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .filter(e -> nameOf(e).equals(value.unwrapped()))
        .findFirst()
        .orElse(null);
  }

  private Path asPath(ConfigValue value) {
    if (!(value.unwrapped() instanceof String text) || text.isBlank()) {
      return null;
    }
    String file = value.origin().filename();
    Path base = file == null ? Path.of("") : Path.of(file).toAbsolutePath().getParent();
    return base.resolve(text).toAbsolutePath().normalize();
  }

  private static Config single(ConfigValue value) {
    return value.atKey("it");
  }

  private static String nameOf(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String names(Class<? extends Enum<?>> type) {
    return String.join(", ", Arrays.stream(type.getEnumConstants()).map(Block::nameOf).toList());
  }

  private static String whole(int min, int max) {
    return "a whole number"
        + range(String.valueOf(min), String.valueOf(max), max == Integer.MAX_VALUE);
  }

  private static String decimal(double min, double max) {
    return "a number"
        + range(trim(min), trim(max), max == Double.MAX_VALUE || Double.isInfinite(max));
  }

  private static String range(String min, String max, boolean open) {
    return open ? " of " + min + " or more" : " from " + min + " to " + max;
  }

  private static String trim(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e9
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }

  private String fullPath(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String rendered(ConfigValue value) {
    String text = value.render(ConfigRenderOptions.concise());
    return text.length() > 60 ? text.substring(0, 57) + "..." : text;
  }

  static String place(ConfigOrigin origin, String source) {
    String name =
        origin.filename() != null ? relative(Path.of(origin.filename())) : origin.description();
    if (origin.filename() == null && !name.startsWith("argument")) {
      name = source;
    }
    return origin.lineNumber() > 0 && origin.filename() != null
        ? name + ":" + origin.lineNumber()
        : name;
  }

  /** Paths under the working directory are shown as the user would type them. */
  private static String relative(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.startsWith(here) ? here.relativize(absolute).toString() : absolute.toString();
  }
}
