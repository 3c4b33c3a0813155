package dev.lockstep.evaluate;

import java.util.List;

/**
 * A dataset as a model sees it, one entry for each pair.
 *
 * @param images the embedding of each pair's image
 * @param texts the embedding of each pair's caption
 * @param captionKeys equal for equal captions
 * @param imageKeys equal for equal images
 */
public record EmbeddedPairs(
    Embeddings images, Embeddings texts, long[] captionKeys, long[] imageKeys) {

  /** Each different image and caption once, and which belong together. */
  public PairSet distinct() {
    return PairSet.of(captionKeys, imageKeys);
  }

  /**
   * Scores retrieval over the different images and captions.
   *
   * @param recallAt the k of each recall
   */
  public RetrievalScores scores(RetrievalEvaluator evaluator, List<Integer> recallAt) {
    PairSet pairs = distinct();
    return evaluator.evaluate(
        images.select(pairs.imageRows()), texts.select(pairs.textRows()), pairs, recallAt);
  }

  /** The rank of each different caption among the images, and of each image among the captions. */
  public RetrievalRanks ranks(RetrievalEvaluator evaluator) {
    PairSet pairs = distinct();
    Embeddings distinctImages = images.select(pairs.imageRows());
    Embeddings distinctTexts = texts.select(pairs.textRows());
    Relevance relevance = pairs.relevance();
    return new RetrievalRanks(
        pairs.pairs(),
        RetrievalRanks.byKey(
            captionKeys,
            pairs.textRows(),
            evaluator.ranks(distinctTexts, distinctImages, relevance.imagesOfTexts())),
        RetrievalRanks.byKey(
            imageKeys,
            pairs.imageRows(),
            evaluator.ranks(distinctImages, distinctTexts, relevance.textsOfImages())));
  }
}
