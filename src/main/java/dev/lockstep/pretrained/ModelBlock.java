package dev.lockstep.pretrained;

import com.typesafe.config.ConfigUtil;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import dev.lockstep.text.TokenizerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * @param paddingId the id whose embedding never learns in PyTorch, where there is one
 * @param input how images and texts are to be brought to it
 * @param asTransformers whether its inputs are prepared as transformers does, not as the original
 */
public record ModelBlock(
    String source,
    Map<Side, Map<String, Object>> towers,
    Optional<Integer> embedding,
    Optional<Integer> imageSize,
    Optional<Integer> positions,
    Optional<Integer> vocabulary,
    Optional<Integer> paddingId,
    InputForm input,
    boolean asTransformers) {
  /** The longest text that Chinese-CLIP was trained on, in tokens. */
  private static final int CHINESE_CLIP_CONTEXT = 52;

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

  /** Pixels on a side of an image's patch; empty for towers that have none. */
  public Optional<Integer> patch() {
    return Optional.ofNullable(towers.getOrDefault(Side.IMAGE, Map.of()).get("patch"))
        .map(patch -> Integer.valueOf(patch.toString()));
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

  /** A file to include: the block, above it where it is from, under it what goes with it. */
  public String file() {
    return "# From "
        + source
        + ".\n"
        + "model {\n"
        + inside().indent(2)
        + "}\n"
        + data()
        + tokenizer();
  }

  ModelBlock withVocabulary(Optional<Path> file) {
    InputForm other =
        new InputForm(
            input.resize(),
            input.mean(),
            input.deviation(),
            file,
            input.lowercase(),
            input.remarks());
    return new ModelBlock(
        source,
        towers,
        embedding,
        imageSize,
        positions,
        vocabulary,
        paddingId,
        other,
        asTransformers);
  }

  /** The lines for the block {@code data}. */
  private String data() {
    StringBuilder data = new StringBuilder();
    imageSize.ifPresent(size -> data.append("data.image-size = ").append(size).append('\n'));
    input.resize().ifPresent(resize -> data.append("data.resize = " + resize.label() + "\n"));
    if (towers.containsKey(Side.IMAGE)) {
      // Today's transformers lays transparent images on white, the original code drops their alpha.
      data.append("data.background = " + (asTransformers ? "\"#ffffff\"" : "none") + "\n");
    }
    return data.toString();
  }

  /** The lines for the block {@code tokenizer}. */
  private String tokenizer() {
    StringBuilder tokenizer = new StringBuilder();
    positions.ifPresent(
        count -> tokenizer.append("tokenizer.context-length = " + contextLength(count) + "\n"));
    input
        .vocabulary()
        .ifPresent(
            file ->
                tokenizer
                    .append("tokenizer.vocabulary = ")
                    .append(ConfigUtil.quoteString(file.toString()))
                    .append('\n'));
    if (towers.containsKey(Side.TEXT)) {
      TokenizerSpec like = asTransformers ? TokenizerSpec.bert() : TokenizerSpec.chineseClip();
      tokenizer.append("tokenizer.lowercase = " + input.lowercase() + "\n");
      tokenizer.append("tokenizer.max-word-length = " + like.maxWordLength() + "\n");
      tokenizer.append("tokenizer.special-tokens-in-text = " + like.specialTokensInText() + "\n");
      tokenizer.append(
          "tokenizer.characters = "
              + like.characters().name().toLowerCase(Locale.ROOT).replace('_', '-')
              + "\n");
    }
    return tokenizer.toString();
  }

  private int contextLength(int positions) {
    boolean bert = "bert".equals(towers.getOrDefault(Side.TEXT, Map.of()).get("type"));
    return bert ? Math.min(positions, CHINESE_CLIP_CONTEXT) : positions;
  }
}
