package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Phrases.number;

import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.train.EvaluationView;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StepView;
import java.util.Optional;

/** The towers move, and what they learn is of no use on pairs that they were not trained on. */
final class MatchRule implements Rule {
  private static final int STEPS = 40;

  /** Queries under which chance and learning look alike. */
  private static final int QUERIES = 30;

  /** The sum of the steps, as shares of the parameters, after which something must be learned. */
  private static final double FAR_ENOUGH = 0.07;

  /** Standard errors of the mean rank; one in a thousand runs of chance is better. */
  private static final double BETTER_THAN_CHANCE = 3;

  @Override
  public Optional<Finding> judge(Evidence evidence) {
    if (!evidence.isContrastive()
        || evidence.evaluation().isEmpty()
        || evidence.last().stageStep() < STEPS
        || evidence.path() < FAR_ENOUGH) {
      return Optional.empty();
    }
    EvaluationView evaluation = evidence.evaluation().get();
    RetrievalScores scores = evaluation.scores();
    double better =
        Math.max(
            better(scores.textToImage().meanRank(), scores.images(), scores.texts(), scores),
            better(scores.imageToText().meanRank(), scores.texts(), scores.images(), scores));
    if (Math.min(scores.images(), scores.texts()) < QUERIES || better > BETTER_THAN_CHANCE) {
      return Optional.empty();
    }
    double share = evidence.lossShare();
    String training =
        share > 0.9
            ? "the training loss stays at %s (%s %s) though the towers move"
            : "the training loss has fallen to %s (%s %s), which is learning by heart";
    return Optional.of(
        new Finding(
            "pairs-do-not-match",
            Severity.ERROR,
            (training
                    + "; on the test pairs the right image has a mean rank of %s of %d, that of"
                    + " chance: captions do not belong to their images")
                .formatted(
                    number(evidence.mean(StepView::loss)),
                    evidence.stage().chanceName(),
                    number(evidence.mean(StepView::chance)),
                    number(scores.textToImage().meanRank()),
                    scores.images()),
            scores.textToImage().meanRank() / scores.images(),
            "look at some rows of data.train, and see that data.test is of the same kind; a CSV"
                + " whose columns were sorted apart must be made anew"));
  }

  /** By how many standard errors a mean rank is better than that of chance. */
  private static double better(double meanRank, int answers, int queries, RetrievalScores scores) {
    double right = (double) scores.pairs() / queries;
    double chance = (answers + 1) / (right + 1);
    double deviation = answers / Math.sqrt(12.0) / Math.sqrt(queries);
    return (chance - meanRank) / deviation;
  }
}
