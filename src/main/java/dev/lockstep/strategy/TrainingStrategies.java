package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.config.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The strategies on the class path, by name. */
public final class TrainingStrategies {
  private TrainingStrategies() {}

  /**
   * The strategy that a stage names under {@code strategy}.
   *
   * @throws dev.lockstep.error.InvalidInputException if there is none of that name
   */
  public static TrainingStrategy from(Block stage) {
    Map<String, TrainingStrategy> byName = new TreeMap<>();
    ServiceLoader.load(TrainingStrategy.class).forEach(s -> byName.put(s.name(), s));
    String name = stage.string("strategy");
    TrainingStrategy strategy = byName.get(name);
    if (strategy == null) {
      List<String> names = new ArrayList<>(byName.keySet());
      throw stage.invalid(
          "strategy",
          "one of "
              + String.join(", ", names)
              + Spelling.nearest(name, names).map(n -> "; did you mean " + n + "?").orElse(""));
    }
    return strategy;
  }
}
