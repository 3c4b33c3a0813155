package dev.lockstep.tensorflow;

import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Consumer;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** Where a model's variables have their values from: a run's checkpoint, or a published file. */
@FunctionalInterface
public interface VariableSource {
  /**
   * Adds to a graph what fills its variables; to be called once, after the last variable is made
   * and before the session's first run.
   *
   * @return fills them, in a session of the graph
   * @throws dev.lockstep.error.InvalidInputException if the source is missing or of another model;
   *     the filling may throw it as well
   */
  Consumer<Session> into(Ops tf, Collection<Variable> variables);

  /**
   * The files of a checkpoint, which must hold all of the variables.
   *
   * @param prefix see {@link CheckpointFile#restore}
   */
  static VariableSource checkpoint(Path prefix) {
    return (tf, variables) -> {
      CheckpointFile file = new CheckpointFile(tf, variables);
      return session -> file.restore(session, prefix);
    };
  }
}
