package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.ImportTable.Outcome;
import dev.lockstep.pretrained.ImportTable.Row;
import dev.lockstep.pretrained.layout.Mapping;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.ndarray.Shape;

/**
 * Finds the values of a model's variables in a checkpoint. All is checked before the first value is
 * read; the values are then read one by one as they are asked for.
 */
public final class CheckpointImporter {
  private static final int SHOWN = 5;

  private final Checkpoint checkpoint;
  private final Set<Side> sides;
  private final List<String> allowMissing;
  private final List<Row> rows = new ArrayList<>();
  private final Map<String, TensorSource> sources = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  private CheckpointImporter(Checkpoint checkpoint, Set<Side> sides, List<String> allowMissing) {
    this.checkpoint = checkpoint;
    this.sides = sides;
    this.allowMissing = allowMissing;
  }

  /**
   * @param variables all of a model's; those of other sides and an optimizer's are passed over
   * @param sides which towers to fill; with both, the logit scale too
   * @param allowMissing variables, or the beginnings of their names, that keep their first value
   *     where the checkpoint lacks them or has them in another shape
   * @throws InvalidInputException if a tower's variable is missing, or a shape is another
   */
  public static ImportPlan plan(
      Checkpoint checkpoint,
      Collection<Variable> variables,
      Set<Side> sides,
      List<String> allowMissing) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    variables.forEach(variable -> shapes.put(variable.name(), variable.shape()));
    return plan(checkpoint, shapes, sides, allowMissing);
  }

  /** The same, for variables that are known by name and shape. */
  public static ImportPlan plan(
      Checkpoint checkpoint,
      Map<String, Shape> variables,
      Set<Side> sides,
      List<String> allowMissing) {
    return new CheckpointImporter(checkpoint, sides, allowMissing).plan(variables);
  }

  private ImportPlan plan(Map<String, Shape> variables) {
    checkSides();
    variables.forEach(
        (variable, shape) -> {
          if (isWanted(variable)) {
            add(variable, shape);
          }
        });
    List<Row> missing =
        rows.stream()
            .filter(row -> row.outcome() == Outcome.MISSING && !isAllowed(row.variable()))
            .toList();
    if (!missing.isEmpty()) {
      throw missing(missing);
    }
    return new ImportPlan(checkpoint, table(), sources);
  }

  private void checkSides() {
    Set<Side> there = checkpoint.layout().sides();
    for (Side side : sides) {
      if (side != Side.SHARED && !there.contains(side)) {
        throw invalid(
            "it is of " + checkpoint.layout() + ", which has no " + side.label() + " tower",
            "give it to the other tower alone, as model."
                + there.iterator().next().label()
                + ".pretrained");
      }
    }
  }

  /** The logit scale belongs to both towers together. */
  private boolean isWanted(String variable) {
    for (Side side : Side.values()) {
      if (variable.startsWith(side.label() + "/")) {
        return sides.contains(side)
            || side == Side.SHARED && sides.containsAll(Set.of(Side.IMAGE, Side.TEXT));
      }
    }
    return false;
  }

  private void add(String variable, Shape shape) {
    Optional<Mapping> mapping = checkpoint.layout().mapping(variable, shape);
    if (mapping.isEmpty() || isOptional(variable, mapping.get())) {
      boolean inTower = !variable.contains("/projection/");
      add(
          variable,
          shape,
          inTower ? Outcome.MISSING : Outcome.NOT_IN_LAYOUT,
          inTower ? "models of this layout have no such part" : "keeps its first value");
      return;
    }
    List<String> absent =
        mapping.get().tensors().stream().filter(name -> !checkpoint.has(name)).toList();
    used.addAll(mapping.get().tensors());
    if (!absent.isEmpty()) {
      add(variable, shape, Outcome.MISSING, "there is no " + String.join(", ", absent));
      return;
    }
    try {
      TensorSource source = TensorSource.of(checkpoint, mapping.get());
      sources.put(variable, source);
      rows.add(new Row(variable, shape, source.outcome(), mapping.get().tensors(), source.how()));
    } catch (InvalidInputException e) {
      if (!isAllowed(variable)) {
        throw e;
      }
      add(variable, shape, Outcome.MISSING, "it has another shape in the file");
    }
  }

  /** A tower that is published by itself may come with a projection or without. */
  private boolean isOptional(String variable, Mapping mapping) {
    return variable.contains("/projection/")
        && checkpoint.layout().sides().size() == 1
        && !mapping.tensors().stream().allMatch(checkpoint::has);
  }

  private void add(String variable, Shape shape, Outcome outcome, String why) {
    rows.add(new Row(variable, shape, outcome, List.of(), why));
  }

  private boolean isAllowed(String variable) {
    return allowMissing.stream()
        .anyMatch(name -> variable.equals(name) || variable.startsWith(name + "/"));
  }

  private ImportTable table() {
    List<String> leftOver = new ArrayList<>();
    int notAskedFor = 0;
    for (String tensor : new TreeSet<>(checkpoint.names())) {
      if (used.contains(tensor)) {
        continue;
      }
      Optional<Side> side = checkpoint.layout().sideOf(tensor);
      if (side.isPresent() && !isWanted(side.get().label() + "/")) {
        notAskedFor++;
      } else {
        leftOver.add(tensor);
      }
    }
    return new ImportTable(
        checkpoint.path() + ": " + checkpoint.layout(), List.copyOf(rows), leftOver, notAskedFor);
  }

  private InvalidInputException missing(List<Row> missing) {
    StringBuilder found = new StringBuilder();
    found.append("it lacks ").append(missing.size()).append(" of the model's variables:");
    for (Row row : missing.subList(0, Math.min(SHOWN, missing.size()))) {
      found.append("\n    ").append(row.variable()).append(' ').append(row.shape());
      found.append(": ").append(row.how());
    }
    if (missing.size() > SHOWN) {
      found.append("\n    and ").append(missing.size() - SHOWN).append(" more");
    }
    return invalid(
        found.toString(),
        "give the model block the form of the checkpoint ("
            + checkpoint.layout()
            + "), or name what may keep its first value in allow-missing");
  }

  private InvalidInputException invalid(String found, String advice) {
    return new InvalidInputException(checkpoint.path().toString(), found, advice);
  }
}
