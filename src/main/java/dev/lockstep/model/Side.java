package dev.lockstep.model;

import dev.lockstep.tensorflow.Variable;
import java.util.Locale;

/** Which part of the model a variable belongs to; learning rates and freezing go by it. */
public enum Side {
  IMAGE,
  TEXT,
  /** What belongs to neither tower: the logit scale. */
  SHARED;

  /** The side of a model's variable, from the first part of its name. */
  public static Side of(Variable variable) {
    return of(variable.name());
  }

  /** The same, for a variable that is known by its name. */
  public static Side of(String name) {
    if (name.startsWith("image/")) {
      return IMAGE;
    }
    return name.startsWith("text/") ? TEXT : SHARED;
  }

  /** Whether a variable is of the projection of a tower's features into the common space. */
  public static boolean isProjection(String name) {
    return name.startsWith("image/projection/") || name.startsWith("text/projection/");
  }

  /** As it stands in experiment files and metrics: image, text, shared. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
