package dev.lockstep.report;

import dev.lockstep.evaluate.EmbeddedPairs;
import dev.lockstep.evaluate.Embeddings;
import dev.lockstep.evaluate.PairSet;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalEvaluator.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Picks captions of a dataset, spread evenly over it, and the images that a model finds for them.
 */
public final class GalleryBuilder {
  private static final int NEAREST = 5;

  private GalleryBuilder() {}

  /**
   * @param captions how many captions to show
   * @param caption the caption of a pair, by the pair's place in {@code pairs}
   * @param png the picture of a pair as a PNG, 128 pixels or fewer on a side
   */
  public static Gallery build(
      EmbeddedPairs pairs,
      RetrievalEvaluator evaluator,
      int captions,
      IntFunction<String> caption,
      IntFunction<byte[]> png) {
    PairSet distinct = pairs.distinct();
    int texts = distinct.textRows().length;
    int shown = Math.min(captions, texts);
    if (shown == 0) {
      return new Gallery(List.of());
    }
    int[] chosen = IntStream.range(0, shown).map(i -> (int) ((long) i * texts / shown)).toArray();
    int[] rows = Arrays.stream(chosen).map(i -> distinct.textRows()[i]).toArray();
    Embeddings queries = pairs.texts().select(rows);
    Embeddings images = pairs.images().select(distinct.imageRows());
    List<int[]> right =
        Arrays.stream(chosen).mapToObj(i -> distinct.relevance().imagesOfTexts().get(i)).toList();
    int[] ranks = evaluator.ranks(queries, images, right);
    List<List<Match>> nearest = evaluator.nearest(queries, images, NEAREST);

    List<Gallery.Query> result = new ArrayList<>();
    for (int q = 0; q < shown; q++) {
      int[] answers = right.get(q);
      List<Gallery.Picture> pictures = new ArrayList<>();
      for (Match match : nearest.get(q)) {
        pictures.add(
            new Gallery.Picture(
                png.apply(distinct.imageRows()[match.candidate()]),
                match.similarity(),
                Arrays.stream(answers).anyMatch(a -> a == match.candidate())));
      }
      Optional<Gallery.Picture> missed =
          pictures.stream().anyMatch(Gallery.Picture::right)
              ? Optional.empty()
              : Optional.of(best(queries, q, images, answers, distinct, png));
      result.add(
          new Gallery.Query(caption.apply(rows[q]), ranks[q], images.count(), pictures, missed));
    }
    return new Gallery(result);
  }

  private static Gallery.Picture best(
      Embeddings queries,
      int query,
      Embeddings images,
      int[] answers,
      PairSet distinct,
      IntFunction<byte[]> png) {
    int best = answers[0];
    for (int answer : answers) {
      if (cosine(queries, query, images, answer) > cosine(queries, query, images, best)) {
        best = answer;
      }
    }
    return new Gallery.Picture(
        png.apply(distinct.imageRows()[best]), cosine(queries, query, images, best), true);
  }

  private static float cosine(Embeddings a, int i, Embeddings b, int j) {
    float sum = 0;
    for (int k = 0; k < a.dimension(); k++) {
      sum += a.values()[i * a.dimension() + k] * b.values()[j * b.dimension() + k];
    }
    return sum;
  }
}
