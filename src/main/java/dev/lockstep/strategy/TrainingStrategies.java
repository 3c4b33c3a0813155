package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.config.Spelling;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.LockstepException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The strategies on the class path and in the folder {@code plugins}, by name. */
public final class TrainingStrategies {
  private static final String KEY = "strategy";
  private static final String TYPE = "type";

  private TrainingStrategies() {}

  /**
   * The strategy that a stage names under {@code strategy}, with its options.
   *
   * @throws InvalidInputException if there is none of that name, an option is wrong, or a class of
   *     one's own cannot be used
   */
  public static TrainingStrategy from(Block stage) {
    return from(stage, Plugins.classLoader());
  }

  static TrainingStrategy from(Block stage, ClassLoader classes) {
    Map<String, TrainingStrategy> byName = load(classes);
    String expected = "one of " + String.join(", ", byName.keySet());
    Block options =
        stage.blockOrText(KEY, TYPE, "the name of a strategy, or a block { type = ... }");
    String name = options.string(TYPE);
    TrainingStrategy strategy = byName.get(name);
    if (strategy == null) {
      List<String> names = new ArrayList<>(byName.keySet());
      String meant = Spelling.nearest(name, names).map(n -> "; did you mean " + n + "?").orElse("");
      throw stage.isBlock(KEY)
          ? options.invalid(TYPE, expected + meant)
          : stage.invalid(KEY, expected + meant);
    }
    try {
      return strategy.with(options);
    } catch (LockstepException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw unusable(strategy.getClass().getName(), "fails to read its options: " + e, e);
    }
  }

  private static Map<String, TrainingStrategy> load(ClassLoader classes) {
    Map<String, TrainingStrategy> byName = new TreeMap<>();
    Iterator<TrainingStrategy> all = ServiceLoader.load(TrainingStrategy.class, classes).iterator();
    try {
      while (all.hasNext()) {
        TrainingStrategy next = all.next();
        TrainingStrategy other = byName.put(name(next), next);
        if (other != null) {
          throw unusable(
              next.getClass().getName(),
              "has the name " + next.name() + ", as " + other.getClass().getName() + " has",
              null);
        }
      }
    } catch (ServiceConfigurationError e) {
      throw PluginError.explain(classes, e);
    } catch (LinkageError e) {
      throw unusable("a plugin", "cannot be loaded: " + e, e);
    }
    return byName;
  }

  private static String name(TrainingStrategy strategy) {
    String name;
    try {
      name = strategy.name();
    } catch (RuntimeException e) {
      throw unusable(strategy.getClass().getName(), "fails to say its name: " + e, e);
    }
    if (name == null || name.isBlank()) {
      throw unusable(strategy.getClass().getName(), "has no name", null);
    }
    return name;
  }

  private static InvalidInputException unusable(String where, String found, Throwable cause) {
    return new InvalidInputException(
        where, found, "correct the class, or take its jar out of plugins", cause);
  }
}
