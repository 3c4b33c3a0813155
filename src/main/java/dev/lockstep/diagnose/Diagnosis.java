package dev.lockstep.diagnose;

import dev.lockstep.train.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * From evidence to findings. Where the input or the plan is at fault, what follows from it is not
 * told besides; of what can only be seen in the loss, the most particular cause is told.
 */
final class Diagnosis {
  /** Each stands for itself. */
  private static final List<Rule> NOTES = List.of(InputRules::waiting);

  /** Each explains why nothing is learned. */
  private static final List<Rule> CAUSES =
      List.of(
          InputRules::oneImage,
          InputRules::unknownTokens,
          InputRules::repeatedCaptions,
          new FrozenTowerRule());

  /** The first that holds is the finding. */
  private static final List<Rule> SIGNS =
      List.of(
          new ScaleRule(),
          RateRules::tooHigh,
          RateRules::diverging,
          RateRules::deadGradients,
          RateRules::tooLow,
          new MatchRule(),
          CollapseRules::collapse,
          CollapseRules::flat,
          InputRules::repeatedImages);

  private Diagnosis() {}

  /** What is found, the causes first. */
  static List<Finding> of(Evidence evidence) {
    Optional<Finding> broken = RateRules.notANumber(evidence);
    if (broken.isPresent()) {
      return List.of(broken.get());
    }
    List<Finding> findings = new ArrayList<>(judge(CAUSES, evidence).toList());
    if (findings.isEmpty()) {
      judge(SIGNS, evidence).findFirst().ifPresent(findings::add);
    }
    findings.addAll(judge(NOTES, evidence).toList());
    return findings;
  }

  private static Stream<Finding> judge(List<Rule> rules, Evidence evidence) {
    return rules.stream().map(rule -> rule.judge(evidence)).flatMap(Optional::stream);
  }
}
