package dev.lockstep.pretrained;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableSource;
import dev.lockstep.tensorflow.VariableValues;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * A published file as the source of a model's variables.
 *
 * @param checkpoint a file of weights, or the folder that holds it
 * @param sides the towers to fill
 * @param allowMissing see {@link CheckpointImporter#plan}
 * @param tell takes the table of the import before the first value is read
 */
public record PretrainedWeights(
    Path checkpoint, Set<Side> sides, List<String> allowMissing, Consumer<ImportTable> tell)
    implements VariableSource {

  /** Both towers, whole. */
  public static PretrainedWeights whole(Path checkpoint) {
    return new PretrainedWeights(checkpoint, Set.of(Side.IMAGE, Side.TEXT), List.of(), table -> {});
  }

  @Override
  public Consumer<Session> into(Ops tf, Collection<Variable> variables) {
    List<Variable> filled;
    try (Checkpoint opened = Checkpoint.open(checkpoint)) {
      ImportPlan plan = CheckpointImporter.plan(opened, variables, sides, allowMissing);
      tell.accept(plan.table());
      filled = variables.stream().filter(v -> plan.variables().contains(v.name())).toList();
    }
    VariableValues values = new VariableValues(tf, filled);
    return session -> {
      try (Checkpoint opened = Checkpoint.open(checkpoint)) {
        values.set(session, CheckpointImporter.plan(opened, filled, sides, allowMissing)::value);
      }
    };
  }
}
