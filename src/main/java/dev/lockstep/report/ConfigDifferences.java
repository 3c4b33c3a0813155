package dev.lockstep.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which keys experiments differ, and no other key. Of a stage that not all of them have, only
 * what says which stage it is, and what differs among those that have it.
 */
record ConfigDifferences(List<Row> rows) {
  /** Keys that must differ or that change nothing of what is learned. */
  private static final Set<String> LEFT_OUT = Set.of("name", "seed", "seeds", "data.prepared");

  private static final Pattern OF_STAGE = Pattern.compile("(stages\\.\\d+)\\.(.*)");

  /** What tells a stage from another at a glance. */
  private static final Set<String> TELLING =
      Set.of("name", "strategy", "strategy.type", "epochs", "steps", "duration", "patience");

  /**
   * @param values in the order of the experiments; nothing where a file does not have the key
   */
  record Row(String key, List<Optional<String>> values) {}

  static ConfigDifferences of(List<Contender> contenders) {
    Set<String> keys = new TreeSet<>();
    contenders.forEach(contender -> keys.addAll(contender.first().config().keySet()));
    keys.removeAll(LEFT_OUT);
    List<Row> rows = new ArrayList<>();
    for (String key : keys) {
      List<Optional<String>> values =
          contenders.stream()
              .map(contender -> Optional.ofNullable(contender.first().config().get(key)))
              .toList();
      if (values.stream().distinct().count() > 1 && tells(key, values, contenders)) {
        rows.add(new Row(key, values));
      }
    }
    return new ConfigDifferences(rows);
  }

  private static boolean tells(
      String key, List<Optional<String>> values, List<Contender> contenders) {
    Matcher ofStage = OF_STAGE.matcher(key);
    if (!ofStage.matches() || TELLING.contains(ofStage.group(2))) {
      return true;
    }
    long different = values.stream().flatMap(Optional::stream).distinct().count();
    String name = ofStage.group(1) + ".name";
    for (int i = 0; i < values.size(); i++) {
      boolean hasStage = contenders.get(i).first().config().containsKey(name);
      if (hasStage && values.get(i).isEmpty()) {
        return true;
      }
    }
    return different > 1;
  }
}
