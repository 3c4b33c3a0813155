package dev.lockstep.diagnose;

import java.util.List;
import java.util.Set;

/**
 * Who learns when.
 *
 * @param learning for each stage the towers of which anything learns: image, text, shared
 * @param loaded the towers whose first weights come from a checkpoint
 */
public record Curriculum(List<Set<String>> learning, Set<String> loaded) {

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
