package dev.lockstep.pretrained;

import dev.lockstep.config.Block;
import dev.lockstep.model.Side;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the block {@code model} says of the checkpoints that its towers begin with.
 *
 * @param image the image tower's
 * @param text the text tower's
 * @param allowMissing see {@link CheckpointImporter#plan}
 */
public record PretrainedSpec(Optional<Path> image, Optional<Path> text, List<String> allowMissing) {
  private static final String KEY = "pretrained";

  /**
   * A tower's own {@code pretrained} goes before the one of both. Whether they are there is asked
   * later.
   */
  public static PretrainedSpec from(Block model) {
    Optional<Path> both = model.optionalPath(KEY);
    return new PretrainedSpec(
        model.block("image").optionalPath(KEY).or(() -> both),
        model.block("text").optionalPath(KEY).or(() -> both),
        model.strings("allow-missing", List.of()));
  }

  /** The checkpoints by side; empty where the model begins with nothing. */
  public Map<Side, Path> bySide() {
    Map<Side, Path> paths = new EnumMap<>(Side.class);
    image.ifPresent(path -> paths.put(Side.IMAGE, path));
    text.ifPresent(path -> paths.put(Side.TEXT, path));
    return paths;
  }

  /**
   * Where the first values are from.
   *
   * @param tell takes the table of each import
   */
  public List<PretrainedWeights> sources(Consumer<ImportTable> tell) {
    if (image.isPresent() && image.equals(text)) {
      return List.of(
          new PretrainedWeights(image.get(), Set.of(Side.IMAGE, Side.TEXT), allowMissing, tell));
    }
    return bySide().entrySet().stream()
        .map(
            entry ->
                new PretrainedWeights(entry.getValue(), Set.of(entry.getKey()), allowMissing, tell))
        .toList();
  }
}
