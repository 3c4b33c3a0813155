package dev.lockstep.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigMemorySize;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a value must be. Kinds are strict: a number in quotes is a text, {@code yes} is no flag, and
 * 4.5 or infinity is no whole number.
 *
 * @param expected the kind in words, to follow "expected"
 * @param convert the value, or null where it is of another kind
 * @param write the value as it stands in the resolved file, where the same kind reads it again
 */
record ValueKind<T>(String expected, Function<ConfigValue, T> convert, Function<T, Object> write) {

  private ValueKind(String expected, Function<ConfigValue, T> convert) {
    this(expected, convert, value -> value);
  }

  /** The value, or nothing where it is of another kind. */
  Optional<T> read(ConfigValue value) {
    try {
      return Optional.ofNullable(convert.apply(value));
    } catch (ConfigException | ArithmeticException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A text; numbers and flags are taken as they were written, as in {@code name = 007}. */
  static ValueKind<String> text() {
    return new ValueKind<>(
        "text",
        value ->
            switch (value.valueType()) {
              case STRING, NUMBER, BOOLEAN -> alone(value).getString("it");
              default -> null;
            });
  }

  static ValueKind<Boolean> flag() {
    return new ValueKind<>(
        "true or false", value -> value.unwrapped() instanceof Boolean flag ? flag : null);
  }

  static ValueKind<Integer> integer(int min, int max) {
    String range = range(min, min == Integer.MIN_VALUE, max, max == Integer.MAX_VALUE);
    return new ValueKind<>(
        "a whole number" + range,
        value -> {
          Double number = finite(value);
          return number != null && number == Math.rint(number) && number >= min && number <= max
              ? (Integer) number.intValue()
              : null;
        });
  }

  static ValueKind<Double> number(double min, double max) {
    // MIN_VALUE and MIN_NORMAL stand for "above 0", which a least value cannot say.
    boolean positive = min > 0 && min <= Double.MIN_NORMAL;
    boolean open = max == Double.MAX_VALUE || max == Double.POSITIVE_INFINITY;
    boolean below = min == -Double.MAX_VALUE || min == Double.NEGATIVE_INFINITY;
    String range =
        positive
            ? " above 0" + (open ? "" : ", at most " + plain(max))
            : range(min, below, max, open);
    return new ValueKind<>(
        "a number" + range,
        value -> {
          Double number = finite(value);
          return number != null && number >= min && number <= max ? number : null;
        });
  }

  static <T> ValueKind<List<T>> listOf(ValueKind<T> element) {
    return new ValueKind<>(
        "a list [...], each " + element.expected,
        value -> {
          if (!(value instanceof ConfigList list)) {
            return null;
          }
          List<T> values = new ArrayList<>();
          for (ConfigValue entry : list) {
            Optional<T> read = element.read(entry);
            if (read.isEmpty()) {
              return null;
            }
            values.add(read.get());
          }
          return List.copyOf(values);
        },
        values -> values.stream().map(element.write).toList());
  }

  /** One of a fixed set of names, written in lower case with hyphens. */
  static <E extends Enum<E>> ValueKind<E> choice(Class<E> type) {
    List<E> constants = Arrays.asList(type.getEnumConstants());
    return new ValueKind<>(
        "one of " + String.join(", ", constants.stream().map(ValueKind::nameOf).toList()),
        value ->
            constants.stream()
                .filter(constant -> nameOf(constant).equals(value.unwrapped()))
                .findFirst()
                .orElse(null),
        ValueKind::nameOf);
  }

  /** A path, made absolute from the folder of the file that writes it. */
  static ValueKind<Path> path() {
    return new ValueKind<>(
        "a path",
        value -> {
          if (!(value.unwrapped() instanceof String text) || text.isBlank()) {
            return null;
          }
          Path base =
              Place.file(value.origin())
                  .map(file -> file.toAbsolutePath().getParent())
                  .orElse(Path.of(""));
          return base.resolve(text).toAbsolutePath().normalize();
        },
        Path::toString);
  }

  static ValueKind<Long> bytes() {
    return new ValueKind<>(
        "a size such as 256MiB",
        value -> {
          ConfigMemorySize size = alone(value).getMemorySize("it");
          return size.toBytes() >= 0 ? (Long) size.toBytes() : null;
        });
  }

  /** A duration; its unit must be there, since HOCON would take a bare 5 for milliseconds. */
  static ValueKind<Duration> duration() {
    return new ValueKind<>(
        "a duration with its unit, such as 30s, 5m or 2h",
        value -> {
          if (value.valueType() != ConfigValueType.STRING
              || String.valueOf(value.unwrapped()).chars().noneMatch(Character::isLetter)) {
            return null;
          }
          Duration duration = alone(value).getDuration("it");
          return duration.isNegative() ? null : duration;
        },
        duration ->
            duration.toNanosPart() % 1_000_000 == 0
                ? duration.toMillis() + "ms"
                : duration.toNanos() + "ns");
  }

  private static Double finite(ConfigValue value) {
    return value.unwrapped() instanceof Number n && Double.isFinite(n.doubleValue())
        ? (Double) n.doubleValue()
        : null;
  }

  private static Config alone(ConfigValue value) {
    return value.atKey("it");
  }

  private static String nameOf(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String range(double min, boolean noMin, double max, boolean noMax) {
    if (noMax) {
      return noMin ? "" : " of " + plain(min) + " or more";
    }
    return noMin ? " of " + plain(max) + " or less" : " from " + plain(min) + " to " + plain(max);
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }
}
