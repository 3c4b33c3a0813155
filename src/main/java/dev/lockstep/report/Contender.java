package dev.lockstep.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * An experiment in a comparison: its runs, which differ in nothing but the seed.
 *
 * @param name no other experiment's
 */
record Contender(String name, List<ComparedRun> runs) {

  /** Runs that differ only in their seeds are one experiment. */
  static List<Contender> of(List<ComparedRun> runs) {
    Map<Map<String, String>, List<ComparedRun>> groups = new LinkedHashMap<>();
    for (ComparedRun run : runs) {
      groups.computeIfAbsent(withoutSeed(run), key -> new ArrayList<>()).add(run);
    }
    List<Contender> contenders = new ArrayList<>();
    for (List<ComparedRun> group : groups.values()) {
      contenders.add(new Contender(freeName(group, contenders), List.copyOf(group)));
    }
    return List.copyOf(contenders);
  }

  private static Map<String, String> withoutSeed(ComparedRun run) {
    Map<String, String> config = new TreeMap<>(run.config());
    config.keySet().removeAll(List.of("seed", "seeds"));
    config.put("name", nameOfAll(run));
    return config;
  }

  /** The name without the ending that a run with several seeds gets. */
  private static String nameOfAll(ComparedRun run) {
    return run.name().replaceFirst("-seed-" + run.seed() + "(-smoke)?$", "$1");
  }

  private static String freeName(List<ComparedRun> group, Collection<Contender> others) {
    String name = nameOfAll(group.get(0));
    boolean taken = others.stream().anyMatch(other -> other.name().equals(name));
    return taken ? name + " (" + group.get(0).folder() + ")" : name;
  }

  Spread spread(ToDoubleFunction<ComparedRun> value) {
    return Spread.of(runs.stream().mapToDouble(value).toArray());
  }

  /** The run whose pictures and settings stand for all. */
  ComparedRun first() {
    return runs.get(0);
  }
}
