package dev.lockstep.pretrained.layout;

import dev.lockstep.model.Side;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/** A library's names and forms for the variables of a model, or of one tower. */
public class Layout {
  private final String label;
  private final List<String> marks;
  private final List<Rule> rules;

  /**
   * @param marks tensors that only files of this layout have, all of them
   */
  Layout(String label, List<String> marks, List<Rule> rules) {
    this.label = label;
    this.marks = List.copyOf(marks);
    this.rules = List.copyOf(rules);
  }

  /** The layout's name for people: "transformers' ChineseCLIPModel". */
  public String label() {
    return label;
  }

  /** The same for a model that is a part of another there, with a prefix before its names. */
  Layout under(String prefix) {
    return new Layout(
        label,
        marks.stream().map(mark -> prefix + mark).toList(),
        rules.stream().map(rule -> rule.under(prefix)).toList());
  }

  /** The same for a part that is stored by itself there, without that prefix before its names. */
  Layout without(String prefix) {
    return new Layout(
        label,
        marks.stream().map(mark -> Rule.without(prefix, mark)).toList(),
        rules.stream().map(rule -> rule.without(prefix)).toList());
  }

  Layout and(String label, Layout other) {
    List<String> allMarks = new ArrayList<>(marks);
    allMarks.addAll(other.marks);
    List<Rule> all = new ArrayList<>(rules);
    all.addAll(other.rules);
    return new Layout(label, allMarks, all);
  }

  /** Whether tensors of these names are a model of this layout. */
  public boolean recognises(Set<String> tensors) {
    return tensors.containsAll(marks);
  }

  /** Where a variable's values stand; empty if models of this layout have no such part. */
  public Optional<Mapping> mapping(String variable, Shape shape) {
    for (Rule rule : rules) {
      Optional<List<String>> tensors = rule.tensors(variable);
      if (tensors.isPresent()) {
        Conversion conversion =
            variable.endsWith("/kernel") && !rule.asIs()
                ? rule.endings().ofKernel(shape.numDimensions())
                : Conversion.AS_IS;
        return Optional.of(new Mapping(variable, shape, tensors.get(), conversion));
      }
    }
    return Optional.empty();
  }

  /** The names of a variable's tensors, whatever its shape. */
  public List<String> tensors(String variable) {
    return rules.stream()
        .flatMap(rule -> rule.tensors(variable).stream())
        .findFirst()
        .orElse(List.of());
  }

  /** The sides that models of this layout have; the logit scale does not count. */
  public Set<Side> sides() {
    Set<Side> sides = EnumSet.noneOf(Side.class);
    rules.forEach(rule -> sides.add(Side.of(rule.variable())));
    sides.remove(Side.SHARED);
    return sides;
  }

  /** The side that a tensor belongs to; empty if no rule knows it. */
  public Optional<Side> sideOf(String tensor) {
    return rules.stream()
        .filter(rule -> rule.isFor(tensor))
        .findFirst()
        .map(rule -> Side.of(rule.variable()));
  }

  @Override
  public String toString() {
    return label;
  }
}
