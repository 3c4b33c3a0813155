package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;

import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.List;
import java.util.Optional;

/** The tower that the other one is to fit has never learned anything. */
final class FrozenTowerRule implements Rule {
  private static final String MESSAGE =
      "the %s tower is held fixed with random weights%s: different %s have a mean cosine of %s"
          + " and an effective rank of %s in it, and the other tower is to fit that (loss %s)";

  private static final int BATCHES = 2;
  private static final int LONG = 200;
  private static final double LITTLE = 0.9;

  @Override
  public Optional<Finding> judge(Evidence evidence) {
    int index = evidence.stage().index();
    for (String tower : List.of("image", "text")) {
      boolean fixed = !evidence.curriculum().learning().get(index).contains(tower);
      if (fixed
          && evidence.curriculum().isRandom(tower, index)
          && evidence.points().size() >= BATCHES) {
        // A schedule that fits one tower to the other's first weights and trains that one later is
        // somebody's question; it is a mistake only where it leads nowhere.
        boolean later = evidence.curriculum().learnsFrom(tower, index);
        boolean nowhere = evidence.last().stageStep() >= LONG && evidence.lossShare() > LITTLE;
        if (!later || nowhere) {
          return Optional.of(finding(evidence, tower, later));
        }
      }
    }
    return Optional.empty();
  }

  private static Finding finding(Evidence evidence, String tower, boolean later) {
    double cosine = evidence.signal("mean-cosine/" + tower);
    double rank = evidence.signal("effective-rank/" + tower);
    String plural = tower.equals("image") ? "images" : "captions";
    return new Finding(
        "frozen-random-tower",
        Severity.ERROR,
        MESSAGE.formatted(
            tower,
            later ? "" : ", and no stage trains it",
            plural,
            number(cosine),
            number(rank),
            number(evidence.mean(StepView::loss))),
        cosine,
        "put a stage before this one that trains the %s tower (strategy = joint), or start from a"
                .formatted(tower)
            + " checkpoint");
  }
}
