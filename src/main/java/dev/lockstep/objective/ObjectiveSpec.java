package dev.lockstep.objective;

import dev.lockstep.config.Block;

/**
 * The block {@code objective} of a stage.
 *
 * @param type as it stands in an experiment file
 * @param objective with its options
 * @param refusesRepeated whether another caption of an image counts as a wrong answer to it
 */
public record ObjectiveSpec(Type type, Objective objective, boolean refusesRepeated) {

  /** The objectives there are. */
  public enum Type {
    INFO_NCE,
    SIGMOID,
    FIT_EMBEDDING,
    FIT_SIMILARITY,
    TWO_VIEWS,
    MASKED_LANGUAGE,
    APART;

    /** Whether it looks at each tower by itself and so has no use for pairs. */
    public boolean isApart() {
      return this == TWO_VIEWS || this == MASKED_LANGUAGE || this == APART;
    }
  }

  public static ObjectiveSpec from(Block block) {
    return from(block, Type.INFO_NCE);
  }

  /**
   * @param fallback the type where none is given
   */
  public static ObjectiveSpec from(Block block, Type fallback) {
    Type type = block.choice("type", Type.class, fallback);
    return new ObjectiveSpec(
        type,
        switch (type) {
          case INFO_NCE ->
              new InfoNce(repeated(block), block.number("label-smoothing", 0, 0.99, 0));
          case SIGMOID -> new PairwiseSigmoid(repeated(block));
          case FIT_EMBEDDING ->
              new FitEmbedding(
                  block.choice("measure", FitEmbedding.Measure.class, FitEmbedding.Measure.COSINE),
                  block.choice("target", FitEmbedding.Target.class, FitEmbedding.Target.EMBEDDING));
          case FIT_SIMILARITY -> new FitSimilarity(block.number("temperature", 1e-3, 100, 0.05));
          case TWO_VIEWS -> twoViews(block);
          case MASKED_LANGUAGE -> maskedLanguage(block);
          case APART -> new EachByItself(twoViews(block), maskedLanguage(block));
        },
        (type == Type.INFO_NCE || type == Type.SIGMOID) && !repeated(block));
  }

  private static boolean repeated(Block block) {
    return block.flag("repeated-are-positives", true);
  }

  private static Objective twoViews(Block block) {
    return new TwoViews(block.number("temperature", 1e-3, 100, 0.1));
  }

  private static Objective maskedLanguage(Block block) {
    return new MaskedLanguage(block.number("mask-rate", 0.01, 0.99, 0.15));
  }
}
