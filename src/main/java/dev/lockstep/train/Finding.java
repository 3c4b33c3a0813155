package dev.lockstep.train;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * What is wrong with a training, or may be.
 *
 * @param id its name in docs/doctor.md
 * @param message one sentence: what was seen, with its figures, and what it means
 * @param figure the figure that decided; not a number where there is none
 * @param advice what to change, as the key to write in the experiment file
 */
public record Finding(String id, Severity severity, String message, double figure, String advice) {

  /** How bad it is. */
  public enum Severity {
    /** Worth knowing; nothing is wrong. */
    INFO,
    /** The training will be worse than it could be. */
    WARNING,
    /** The training will fail, or has failed. */
    ERROR;

    /** As it stands in JSON: info, warning, error. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** For a console or a log. */
  public String line() {
    return "doctor: %s %s: %s; %s".formatted(severity.label(), id, message, advice);
  }

  /** As an element of a list of findings. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("id", id);
    json.addProperty("severity", severity.label());
    json.addProperty("message", message);
    if (Double.isFinite(figure)) {
      json.addProperty("figure", figure);
    } else {
      json.add("figure", JsonNull.INSTANCE);
    }
    json.addProperty("advice", advice);
    return json;
  }
}
