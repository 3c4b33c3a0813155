package dev.lockstep.diagnose;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who learns when, and from what.
 *
 * @param learning for each stage the towers of which anything learns: image, text, shared
 * @param loaded the towers whose first weights come from a checkpoint
 * @param inputs for each stage how its images come to the model; empty where nobody knows
 */
public record Curriculum(List<Set<String>> learning, Set<String> loaded, List<InputPlan> inputs) {

  /** Without what is known of the input. */
  public Curriculum(List<Set<String>> learning, Set<String> loaded) {
    this(learning, loaded, List.of());
  }

  /** How the images of a stage come to the model. */
  Optional<InputPlan> input(int stage) {
    return inputs.stream().skip(stage).findFirst();
  }

  /** Whether a tower has its first, random weights when a stage begins. */
  boolean isRandom(String side, int stage) {
    return !loaded.contains(side)
        && learning.subList(0, stage).stream().noneMatch(sides -> sides.contains(side));
  }

  /** Whether a tower learns in a stage or in one after it. */
  boolean learnsFrom(String side, int stage) {
    return learning.subList(stage, learning.size()).stream()
        .anyMatch(sides -> sides.contains(side));
  }
}
