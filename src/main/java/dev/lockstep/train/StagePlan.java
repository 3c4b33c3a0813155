package dev.lockstep.train;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.LockstepException;
import dev.lockstep.model.Side;
import dev.lockstep.strategy.TrainingPlan;
import dev.lockstep.strategy.TrainingPlan.Phase;
import dev.lockstep.tensorflow.Variable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The plan that a stage's strategy has for a model, checked. */
final class StagePlan {
  private StagePlan() {}

  /**
   * @param variables all that can be learned
   * @throws InvalidInputException if a phase trains nothing, the strategy asks for an end that the
   *     stage does not have, or it fails
   */
  static TrainingPlan of(StageSpec stage, List<Variable> variables) {
    String where = "stage " + stage.name();
    String strategy = "its strategy " + stage.strategy().name();
    TrainingPlan plan = made(stage, variables);
    if (plan.phases().isEmpty()
        || plan.phases().stream().anyMatch(phase -> phase.learning().isEmpty())) {
      throw new InvalidInputException(
          where, strategy + " trains nothing", "choose another strategy, or leave the stage out");
    }
    if (plan.followsEnd() && !stage.end().isForeseen()) {
      throw new InvalidInputException(
          where,
          strategy + " changes over the stage, and nothing says how long that is",
          "give it steps, epochs or duration besides patience");
    }
    return plan;
  }

  /** The sides of which something learns in a phase. */
  static Set<Side> learning(Phase phase) {
    return phase.learning().keySet().stream()
        .map(Side::of)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Side.class)));
  }

  private static TrainingPlan made(StageSpec stage, List<Variable> variables) {
    try {
      return stage.strategy().plan(variables);
    } catch (LockstepException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new InvalidInputException(
          "stage " + stage.name(),
          "its strategy "
              + stage.strategy().name()
              + " ("
              + stage.strategy().getClass().getName()
              + ") fails: "
              + e,
          "correct the class, or choose another strategy",
          e);
    }
  }
}
