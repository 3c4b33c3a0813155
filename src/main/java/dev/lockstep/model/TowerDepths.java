package dev.lockstep.model;

import dev.lockstep.tensorflow.Variable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How deep in its tower each variable lies, counted from the input: 0 for what comes before the
 * first block (embeddings, stem), i for the i-th block, and one more than there are blocks for what
 * comes after the last (norm, pooling, projection). The layer ids of BEiT's fine-tuning (Bao et al.
 * 2022).
 */
public final class TowerDepths {
  /** A transformer's or a residual network's block, or a numbered block of one's own tower. */
  private static final Pattern BLOCK =
      Pattern.compile("[^/]+/(encoder/\\d+|stage/\\d+/\\d+|block-\\d+)/.*");

  private final Map<Side, Integer> blocks = new EnumMap<>(Side.class);
  private final Map<String, Integer> depths = new HashMap<>();

  /**
   * @param variables of a model, in the order in which they were made, which is that of its towers
   */
  public TowerDepths(List<Variable> variables) {
    for (Side side : Side.values()) {
      List<Variable> ofSide = variables.stream().filter(v -> Side.of(v) == side).toList();
      Map<String, Integer> places = new HashMap<>();
      ofSide.forEach(v -> block(v).ifPresent(b -> places.putIfAbsent(b, places.size() + 1)));
      blocks.put(side, places.size());
      int before = 0;
      for (Variable variable : ofSide) {
        Optional<Integer> place = block(variable).map(places::get);
        if (place.isPresent()) {
          before = places.size() + 1;
        }
        depths.put(variable.name(), place.orElse(before));
      }
    }
  }

  /** How many blocks a tower has; 0 for what is shared. */
  public int blocks(Side side) {
    return blocks.get(side);
  }

  /**
   * From 0 to {@code blocks + 1}.
   *
   * @throws IllegalArgumentException if the variable is not one of the model's
   */
  public int depth(Variable variable) {
    Integer depth = depths.get(variable.name());
    if (depth == null) {
      throw new IllegalArgumentException("there is no variable " + variable.name());
    }
    return depth;
  }

  private static Optional<String> block(Variable variable) {
    Matcher matcher = BLOCK.matcher(variable.name());
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
