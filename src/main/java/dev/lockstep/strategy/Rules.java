package dev.lockstep.strategy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A factor on the learning rate for all variables whose whole name matches a regular expression.
 * The first rule that matches counts. Every variable must have a rule, and every rule a variable,
 * so that a misspelt name does not pass.
 */
public final class Rules implements TrainingStrategy {
  /**
   * @param block where the rule stands, for messages
   */
  private record Rule(Block block, Pattern pattern, double factor) {

    static Rule from(Block block) {
      String match = block.string("match");
      try {
        return new Rule(block, Pattern.compile(match), block.number("factor", 0, 1000));
      } catch (PatternSyntaxException e) {
        throw block.invalid("match", "a regular expression: " + e.getDescription());
      }
    }

    boolean matches(Variable variable) {
      return pattern.matcher(variable.name()).matches();
    }
  }

  private final List<Rule> rules;

  public Rules() {
    this(List.of());
  }

  private Rules(List<Rule> rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return "rules";
  }

  @Override
  public TrainingStrategy with(Block options) {
    return new Rules(options.blocks("rules").stream().map(Rule::from).toList());
  }

  /**
   * @throws InvalidInputException if no rule matches
   */
  @Override
  public double learningRateFactor(Variable variable) {
    return first(variable).map(Rule::factor).orElseThrow(() -> unmatched(List.of(variable.name())));
  }

  @Override
  public TrainingPlan plan(List<Variable> variables) {
    Set<Rule> used = new HashSet<>();
    List<String> unmatched = new ArrayList<>();
    for (Variable variable : variables) {
      first(variable).ifPresentOrElse(used::add, () -> unmatched.add(variable.name()));
    }
    if (!unmatched.isEmpty()) {
      throw unmatched(unmatched);
    }
    for (Rule rule : rules) {
      if (!used.contains(rule)) {
        boolean late = variables.stream().anyMatch(rule::matches);
        throw rule.block()
            .invalid(
                "match",
                late
                    ? "a rule that comes before those that match all of its variables"
                    : "a pattern that matches the whole name of a variable, such as "
                        + variables.get(0).name());
      }
    }
    return TrainingPlan.constant(name(), variables, this::learningRateFactor);
  }

  private Optional<Rule> first(Variable variable) {
    return rules.stream().filter(rule -> rule.matches(variable)).findFirst();
  }

  private InvalidInputException unmatched(List<String> names) {
    return rules
        .get(rules.size() - 1)
        .block()
        .invalid(
            "match",
            "a rule for every variable; none matches "
                + names.get(0)
                + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more")
                + " (a last rule may match \".*\")");
  }
}
