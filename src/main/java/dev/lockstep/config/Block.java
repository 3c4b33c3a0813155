package dev.lockstep.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One block <code>{ ... }</code> of an experiment file. Each getter checks the type and the range
 * of its key; {@link #finish} then refuses every key that no getter asked for, in this block and in
 * all blocks opened from it. What was read, defaults included, is kept as the resolved file.
 */
public final class Block {
  private final ConfigObject object;
  private final Refusals refusals;
  private final Set<String> known = new TreeSet<>();
  private final Map<String, Object> resolved = new TreeMap<>();
  private final Map<String, List<Block>> children = new LinkedHashMap<>();

  private Block(ConfigObject object, String path, String source) {
    this.object = object;
    this.refusals = new Refusals(object, path, source);
  }

  /**
   * The outermost block.
   *
   * @param source the name to use for a place when the configuration does not know it
   */
  public static Block root(Config config, String source) {
    return new Block(config.root(), "", source);
  }

  /** A block from HOCON text, for defaults and tests. */
  public static Block parse(String hocon) {
    return root(ConfigFactory.parseString(hocon).resolve(), "text");
  }

  /** What the file says, unchecked. */
  public Config config() {
    return object.toConfig();
  }

  /** The same over defaults: a key that it lacks, here or in a block under it, has theirs. */
  public Block over(Config defaults) {
    return new Block(object.withFallback(defaults.root()), refusals.path(), refusals.source());
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

  /** Whether the key has a list whose first element is a block. */
  public boolean isListOfBlocks(String key) {
    return isList(key)
        && object.get(key) instanceof ConfigList list
        && !list.isEmpty()
        && list.get(0) instanceof ConfigObject;
  }

  public String string(String key) {
    return require(key, ValueKind.text());
  }

  public String string(String key, String fallback) {
    return orElse(key, ValueKind.text(), fallback);
  }

  public Optional<String> optionalString(String key) {
    return has(key) ? Optional.of(string(key)) : Optional.empty();
  }

  public List<String> strings(String key, List<String> fallback) {
    return orElse(key, ValueKind.listOf(ValueKind.text()), fallback);
  }

  public boolean flag(String key, boolean fallback) {
    return orElse(key, ValueKind.flag(), fallback);
  }

  public int integer(String key, int min, int max) {
    return require(key, ValueKind.integer(min, max));
  }

  public int integer(String key, int min, int max, int fallback) {
    return orElse(key, ValueKind.integer(min, max), fallback);
  }

  public List<Integer> integers(String key, int min, int max, List<Integer> fallback) {
    return orElse(key, ValueKind.listOf(ValueKind.integer(min, max)), fallback);
  }

  public double number(String key, double min, double max) {
    return require(key, ValueKind.number(min, max));
  }

  public double number(String key, double min, double max, double fallback) {
    return orElse(key, ValueKind.number(min, max), fallback);
  }

  public List<Double> numbers(String key, double min, double max, List<Double> fallback) {
    return orElse(key, ValueKind.listOf(ValueKind.number(min, max)), fallback);
  }

  /** One of a fixed set of names, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    return require(key, ValueKind.choice(type));
  }

  public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
    return orElse(key, ValueKind.choice(type), fallback);
  }

  /**
   * A file or folder. A path in a file counts from that file's folder, one in an argument from the
   * working directory. Whether it exists is for the caller to check.
   */
  public Path path(String key) {
    Path path = require(key, ValueKind.path());
    ConfigValue value = object.get(key);
    check(
        !Place.isSeveral(value.origin()) || Path.of((String) value.unwrapped()).isAbsolute(),
        key,
        "an absolute path, since its parts were written in several places");
    return path;
  }

  public Optional<Path> optionalPath(String key) {
    return has(key) ? Optional.of(path(key)) : Optional.empty();
  }

  /**
   * Files or folders, each as {@link #path} takes it.
   *
   * @param expected what to say where it is no list of paths
   */
  public List<Path> paths(String key, String expected) {
    ValueKind<List<Path>> kind = ValueKind.listOf(ValueKind.path());
    List<Path> paths = kind.read(object.get(key)).orElseThrow(() -> invalid(key, expected));
    known.add(key);
    resolved.put(key, kind.write().apply(paths));
    return paths;
  }

  /** Bytes, with a unit as in {@code 256MiB}. */
  public long bytes(String key, long fallback) {
    return orElse(key, ValueKind.bytes(), fallback);
  }

  /** A duration, with its unit as in {@code 5m}. */
  public Duration duration(String key, Duration fallback) {
    return orElse(key, ValueKind.duration(), fallback);
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
    Block block = new Block(child, refusals.fullPath(key), refusals.source());
    children.put(key, List.of(block));
    return block;
  }

  /**
   * The block under a key that may also hold just a text, which stands for a block with that text
   * under {@code name}: {@code strategy = joint} for <code>strategy { type = joint }</code>.
   *
   * @param expected what to say where it is neither
   */
  public Block blockOrText(String key, String name, String expected) {
    known.add(key);
    ConfigValue value = object.get(key);
    if (value == null || value.valueType() == ConfigValueType.NULL) {
      throw refusals.missing(key, expected, known);
    }
    if (value instanceof ConfigObject) {
      return block(key);
    }
    check(value.valueType() == ConfigValueType.STRING, key, expected);
    if (!children.containsKey(key)) {
      ConfigObject whole =
          ConfigFactory.empty().root().withOrigin(value.origin()).withValue(name, value);
      children.put(
          key,
          List.of(
              new Block(
                  whole.withOrigin(value.origin()), refusals.fullPath(key), refusals.source())));
    }
    return children.get(key).get(0);
  }

  /** The blocks of a list, which must hold one at least. */
  public List<Block> blocks(String key) {
    known.add(key);
    if (children.containsKey(key)) {
      return children.get(key);
    }
    if (!(object.get(key) instanceof ConfigList list) || list.isEmpty()) {
      throw has(key)
          ? invalid(key, "a list of blocks [ { ... }, { ... } ]")
          : refusals.missing(key, "a list of blocks [ { ... }, { ... } ]", known);
    }
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof ConfigObject element)) {
        throw refusals.notABlock(key, i, list.get(i));
      }
      blocks.add(new Block(element, refusals.fullPath(key) + "." + i, refusals.source()));
    }
    children.put(key, List.copyOf(blocks));
    return children.get(key);
  }

  /** The error for a value that has the right type and is still impossible. */
  public InvalidInputException invalid(String key, String expected) {
    return refusals.invalid(key, expected, Optional.ofNullable(resolved.get(key)));
  }

  /** Throws {@link #invalid} unless {@code holds}. */
  public void check(boolean holds, String key, String expected) {
    if (!holds) {
      throw invalid(key, expected);
    }
  }

  /** Refuses keys that nobody asked for, here and in the blocks under this one. */
  public void finish() {
    Optional<Map.Entry<String, ConfigValue>> first =
        object.entrySet().stream()
            .filter(entry -> !known.contains(entry.getKey()))
            .min(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
    if (first.isPresent()) {
      throw refusals.unknown(first.get().getKey(), first.get().getValue(), known);
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

  private <T> T require(String key, ValueKind<T> kind) {
    if (!has(key)) {
      throw refusals.missing(key, kind.expected(), known);
    }
    T value = kind.read(object.get(key)).orElseThrow(() -> invalid(key, kind.expected()));
    resolved.put(key, kind.write().apply(value));
    return value;
  }

  private <T> T orElse(String key, ValueKind<T> kind, T fallback) {
    if (has(key)) {
      return require(key, kind);
    }
    resolved.put(key, kind.write().apply(fallback));
    return fallback;
  }
}
