package dev.lockstep.train;

import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.Variable;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The names under which something learns: each name of a learning variable, and all that it begins
 * with up to a slash. A whole tower counts as learning where more of it does than its projection.
 */
final class LearningScopes implements Predicate<String> {
  private final Set<String> scopes = new HashSet<>();

  LearningScopes(Collection<Variable> learning) {
    for (Variable variable : learning) {
      String name = variable.name();
      int first = name.indexOf('/');
      for (int slash = name.length(); slash > first; slash = name.lastIndexOf('/', slash - 1)) {
        scopes.add(name.substring(0, slash));
      }
      if (!Side.isProjection(name)) {
        scopes.add(name.substring(0, Math.max(0, first)));
      }
    }
  }

  @Override
  public boolean test(String scope) {
    return scopes.contains(scope);
  }
}
