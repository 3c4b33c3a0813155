package dev.lockstep.pretrained;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The block {@code model} of an experiment file for a checkpoint. Sizes are told from the tensors;
 * heads, activations and the like from {@code config.json}, or are those of the paper.
 *
 * @param source the checkpoint and its layout
 * @param towers the keys of {@code image} and {@code text}, in order; a side that the checkpoint
 *     has not is missing
 * @param embedding the size of the common space, where the checkpoint has projections
 * @param imageSize pixels on a side, where it can be told
 * @param positions the longest text, in tokens
 * @param vocabulary how many ids the tokenizer has
 */
public record ModelBlock(
    String source,
    Map<Side, Map<String, Object>> towers,
    Optional<Integer> embedding,
    Optional<Integer> imageSize,
    Optional<Integer> positions,
    Optional<Integer> vocabulary) {

  /** Keys that change a model's numbers, but no shape, so that an import alone would not notice. */
  private static final List<String> SILENT =
      List.of("heads", "activation", "epsilon", "pooling", "end-of-text");

  /**
   * What can be told from a checkpoint.
   *
   * @throws InvalidInputException if its tensors or its {@code config.json} contradict themselves,
   *     or Lockstep has no tower of that form
   */
  public static ModelBlock of(Checkpoint checkpoint) {
    try {
      return new ModelBlockReader(checkpoint).read();
    } catch (IllegalStateException | NumberFormatException | UnsupportedOperationException e) {
      throw new InvalidInputException(
          checkpoint.path().toString(),
          "its config.json has a value of another type: " + e.getMessage(),
          "see that it is the one that belongs to the weights",
          e);
    }
  }

  /** The inside of the block, as HOCON. */
  public String inside() {
    List<String> lines = new ArrayList<>();
    towers.forEach(
        (side, keys) -> {
          lines.add(side.label() + " {");
          keys.forEach((key, value) -> lines.add("  " + key + " = " + value));
          lines.add("}");
        });
    embedding.ifPresent(size -> lines.add("embedding = " + size));
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  /** A file to include: the block, and above it where it is from and what goes with it. */
  public String file() {
    StringBuilder file = new StringBuilder("# From " + source + ".\n");
    imageSize.ifPresent(size -> file.append("# For data.image-size = ").append(size).append('\n'));
    positions.ifPresent(
        count -> file.append("# For tokenizer.context-length of at most " + count + "\n"));
    vocabulary.ifPresent(size -> file.append("# For a vocabulary of " + size + " tokens\n"));
    return file.append("model {\n").append(inside().indent(2)).append("}\n").toString();
  }

  /**
   * Where a model that takes this checkpoint's weights would give other numbers all the same.
   *
   * @param resolved the model's block, defaults filled in, as {@code Block.resolved()} has it
   * @return a line for each key that differs
   */
  public List<String> differences(String resolved) {
    Config model = ConfigFactory.parseString(resolved);
    Map<String, String> differences = new LinkedHashMap<>();
    towers.forEach(
        (side, keys) ->
            keys.forEach(
                (key, value) -> {
                  String path = side.label() + "." + key;
                  if (SILENT.contains(key)
                      && model.hasPath(path)
                      && !same(model.getString(path), String.valueOf(value))) {
                    differences.put(
                        path,
                        "model."
                            + path
                            + " = "
                            + model.getString(path)
                            + ", but the checkpoint was trained with "
                            + value);
                  }
                }));
    return List.copyOf(differences.values());
  }

  private static boolean same(String a, String b) {
    try {
      return Double.parseDouble(a) == Double.parseDouble(b);
    } catch (NumberFormatException e) {
      return a.equals(b);
    }
  }
}
