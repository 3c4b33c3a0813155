package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;
import static dev.lockstep.diagnose.Phrases.rate;

import dev.lockstep.train.ByTower;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.FixedBatch;
import dev.lockstep.train.TrainingProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a few steps on one batch say of a stage: at which rates its towers learn, and whether they
 * can learn that batch by heart.
 *
 * @param lines for a reader
 * @param findings what is wrong with it
 */
public record StageCheck(List<String> lines, List<Finding> findings) {
  /** A batch this large shows all there is to see. */
  private static final int EXAMPLES = 64;

  private static final int PROBE_STEPS = 40;
  private static final int OVERFIT_STEPS = 60;

  /** Of the way from knowing nothing to the floor; the rest may need more steps. */
  private static final double LEARNED = 0.7;

  /** The rate at half the fall is a usual one; a twelfth of it learns a tenth as fast. */
  private static final double TOO_LOW = 1 / 12.0;

  private static final double TOO_HIGH = 5;

  /**
   * Takes the steps.
   *
   * @param key where the stage stands in the experiment file, such as {@code stages.0}
   * @param towers those that learn in the stage: image, text or both
   * @param peak the highest rates that the stage is to have
   * @param chanceName what the stage's objective calls the loss of a model that knows nothing
   */
  public static StageCheck of(
      TrainingProbe probe, String key, List<String> towers, ByTower peak, String chanceName) {
    List<String> lines = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    try (FixedBatch batch = probe.batch(EXAMPLES)) {
      Map<String, RateProbe> probes = new LinkedHashMap<>();
      for (String tower : towers) {
        RateProbe ofTower = RateProbe.run(probe, batch, tower, PROBE_STEPS);
        probes.put(tower, ofTower);
        lines.add(ofTower.describe(tower, tower.equals("image") ? peak.image() : peak.text()));
      }
      judgeRates(key, probes, peak, findings);
      overfit(probe, batch, key, probes, lines, findings);
    }
    // Of another loss nobody knows how far a few steps should bring it.
    return new StageCheck(lines, Evidence.isContrastive(chanceName) ? findings : List.of());
  }

  private static void judgeRates(
      String key, Map<String, RateProbe> probes, ByTower peak, List<Finding> findings) {
    double logarithms = 0;
    int count = 0;
    for (Map.Entry<String, RateProbe> entry : probes.entrySet()) {
      String tower = entry.getKey();
      double set = tower.equals("image") ? peak.image() : peak.text();
      OptionalDouble half = entry.getValue().halfWay();
      OptionalDouble breaks = entry.getValue().breaks();
      if (half.isPresent() && set > 0) {
        logarithms += Math.log(set / half.getAsDouble());
        count++;
      }
      if (breaks.isPresent()
          && set > TOO_HIGH * breaks.getAsDouble()
          && entry.getValue().worsensFrom(set)) {
        double better = half.orElse(breaks.getAsDouble() / 10);
        findings.add(
            new Finding(
                "rate-too-high",
                Severity.ERROR,
                "the %s tower is to learn at %s, and on one batch its loss breaks above %s"
                    .formatted(tower, rate(set), rate(breaks.getAsDouble())),
                set,
                "set %s.optimizer.learning-rate { image = %s, text = %s }"
                    .formatted(
                        key,
                        rate(tower.equals("image") ? better : peak.image()),
                        rate(tower.equals("text") ? better : peak.text()))));
      }
    }
    if (count > 0 && Math.exp(logarithms / count) < TOO_LOW) {
      double share = Math.exp(logarithms / count);
      double highest = Math.max(peak.image(), peak.text());
      findings.add(
          new Finding(
              "rate-too-low",
              Severity.WARNING,
              "the learning rate of %s is %s of that at which the towers learn one batch fast"
                  .formatted(rate(highest), number(share)),
              share,
              "set %s.optimizer.learning-rate = %s".formatted(key, rate(highest / share))));
    }
  }

  private static void overfit(
      TrainingProbe probe,
      FixedBatch batch,
      String key,
      Map<String, RateProbe> probes,
      List<String> lines,
      List<Finding> findings) {
    Map<String, Double> rates = new HashMap<>(Map.of("image", 0.0, "text", 0.0, "shared", 1e-3));
    probes.forEach((tower, found) -> rates.put(tower, found.halfWay().orElse(1e-4)));
    probe.reset();
    TrainingProbe.Tried last = null;
    for (int i = 0; i < OVERFIT_STEPS; i++) {
      last = probe.step(batch, rates);
    }
    lines.add(
        "one batch of %d, %d steps: loss %s, its floor is %s, a model that knows nothing has %s"
            .formatted(
                batch.examples(),
                OVERFIT_STEPS,
                number(last.loss()),
                number(last.floor()),
                number(last.chance())));
    double share = (last.loss() - last.floor()) / (last.chance() - last.floor());
    if (share >= LEARNED) {
      findings.add(
          new Finding(
              "cannot-overfit",
              Severity.ERROR,
              ("%d steps on one batch of %d bring the loss to %s only (floor %s, without knowledge"
                      + " %s): a model that cannot learn one batch by heart learns nothing")
                  .formatted(
                      OVERFIT_STEPS,
                      batch.examples(),
                      number(last.loss()),
                      number(last.floor()),
                      number(last.chance())),
              last.loss(),
              "look at what the towers are given (images, captions), and at %s.strategy: enough"
                      .formatted(key)
                  + " must learn"));
    }
  }
}
