package dev.lockstep.report;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.PairedBootstrap;
import dev.lockstep.evaluate.PairedBootstrap.Difference;
import dev.lockstep.evaluate.RetrievalRanks;
import dev.lockstep.report.RunMetrics.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** Runs set against each other: what they scored, what they cost, and what is to be believed. */
public final class Comparison {
  /**
   * How much higher the recall at 1 of text to image is, of one experiment than of another.
   *
   * @param first the place of the one among the experiments
   * @param second the place of the other
   */
  record Versus(int first, int second, Difference difference) {}

  private final List<Contender> contenders;
  private final OptionalDouble target;
  private final List<Measure> scores;
  private final List<Measure> costs;
  private final List<Versus> differences;
  private final List<String> warnings;

  /**
   * @param runs two at least
   * @param target the recall at 1 of text to image, 0 to 1, whose cost is told; without one, the
   *     highest round one that every run reached
   * @param failures a sentence for each run that is missing because it failed
   * @throws InvalidInputException if there are fewer than two runs, or one stands there twice
   */
  public Comparison(List<ComparedRun> runs, OptionalDouble target, List<String> failures) {
    requireSeveral(runs);
    contenders = Contender.of(runs);
    this.target = target.isPresent() ? target : reachedByAll(runs);
    TreeSet<Integer> ks = new TreeSet<>();
    runs.forEach(
        run -> run.best().ifPresent(e -> ks.addAll(e.scores().textToImage().recallAt().keySet())));
    scores = Measure.scores(ks);
    costs = Measure.costs(this.target);
    differences = versus(contenders);
    warnings = new ArrayList<>(failures);
    warnings.addAll(ComparisonWarnings.of(contenders));
  }

  private static void requireSeveral(List<ComparedRun> runs) {
    HashSet<Path> folders = new HashSet<>();
    for (ComparedRun run : runs) {
      Path folder = run.folder().toAbsolutePath().normalize();
      if (!folders.add(folder)) {
        throw new InvalidInputException(
            run.folder().toString(), "this run stands here twice", "name each run once");
      }
    }
    if (runs.size() < 2) {
      throw new InvalidInputException(
          "compare",
          "there is one run: " + runs.get(0).folder(),
          "name two or more, or set seeds=3 to see how one experiment scatters");
    }
  }

  /** Steps of 5% where all come so far, or else of 1%; nothing below that. */
  private static OptionalDouble reachedByAll(List<ComparedRun> runs) {
    double least = 1;
    for (ComparedRun run : runs) {
      double highest =
          run.metrics().evaluations().stream()
              .map(Evaluation::scores)
              .mapToDouble(s -> s.textToImage().recallAt().getOrDefault(1, 0.0))
              .max()
              .orElse(0);
      least = Math.min(least, highest);
    }
    double step = least >= 0.05 ? 20 : 100;
    double round = Math.floor(least * step + 1e-9) / step;
    return round > 0 ? OptionalDouble.of(round) : OptionalDouble.empty();
  }

  private static List<Versus> versus(List<Contender> contenders) {
    List<Versus> all = new ArrayList<>();
    for (int first = 0; first < contenders.size(); first++) {
      for (int second = 0; second < contenders.size(); second++) {
        Optional<List<Map<String, Integer>>> ofFirst = ranks(contenders.get(first));
        Optional<List<Map<String, Integer>>> ofSecond = ranks(contenders.get(second));
        if (first < second
            && ofFirst.isPresent()
            && ofSecond.isPresent()
            && ofFirst.get().get(0).keySet().equals(ofSecond.get().get(0).keySet())) {
          Difference difference = PairedBootstrap.recallAt(1, ofFirst.get(), ofSecond.get());
          all.add(new Versus(first, second, difference));
        }
      }
    }
    return all;
  }

  /** For each seed, the ranks of the captions; nothing where a run has kept none. */
  private static Optional<List<Map<String, Integer>>> ranks(Contender contender) {
    List<Map<String, Integer>> ranks =
        contender.runs().stream()
            .flatMap(run -> run.ranks().stream())
            .map(RetrievalRanks::textToImage)
            .toList();
    boolean whole =
        ranks.size() == contender.runs().size()
            && ranks.stream().allMatch(r -> r.keySet().equals(ranks.get(0).keySet()));
    return whole ? Optional.of(ranks) : Optional.empty();
  }

  List<Contender> contenders() {
    return contenders;
  }

  OptionalDouble target() {
    return target;
  }

  List<Measure> scores() {
    return scores;
  }

  List<Measure> costs() {
    return costs;
  }

  /** Each pair of experiments once, the one that was given first before the other. */
  List<Versus> differences() {
    return differences;
  }

  /** How much higher the one is than the other; nothing where that cannot be told. */
  Optional<Difference> difference(int first, int second) {
    for (Versus versus : differences) {
      if (versus.first() == first && versus.second() == second) {
        return Optional.of(versus.difference());
      }
      if (versus.first() == second && versus.second() == first) {
        Difference d = versus.difference();
        return Optional.of(new Difference(-d.difference(), -d.high(), -d.low(), d.pValue()));
      }
    }
    return Optional.empty();
  }

  /** What the reader must know before believing the figures. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** The measure that decides: the recall at 1 of text to image, or the first that there is. */
  Optional<Measure> deciding() {
    return scores.stream().findFirst();
  }

  /** The place of the experiment with the highest score; nothing where none was scored. */
  Optional<Integer> leader() {
    Map<Integer, Double> means = new LinkedHashMap<>();
    deciding()
        .ifPresent(
            measure -> {
              for (int i = 0; i < contenders.size(); i++) {
                double mean = contenders.get(i).spread(measure.value()).mean();
                if (Double.isFinite(mean)) {
                  means.put(i, mean);
                }
              }
            });
    return means.entrySet().stream()
        .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
        .map(Map.Entry::getKey);
  }

  ConfigDifferences configuration() {
    return ConfigDifferences.of(contenders);
  }

  /** A table for a terminal, ending with a newline. */
  public String toTable() {
    return ComparisonText.of(this);
  }

  /** A row for each run, with a head of names for programs. */
  public String toCsv() {
    return ComparisonFigures.csv(this);
  }

  /** All that the page tells, for programs. */
  public String toJson() {
    return ComparisonFigures.json(this);
  }

  /** One page that asks nothing of the network. */
  public String toHtml() {
    return ComparisonPage.of(this);
  }
}
