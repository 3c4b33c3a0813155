package dev.lockstep.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Ranks candidates by their cosine with a query, in a TensorFlow graph of its own.
 *
 * <p>A query with several right answers counts by its best one: its rank is 1 + the number of wrong
 * candidates whose similarity is at least that of the best right one. This is the rank of VSE++ and
 * of Chinese-CLIP, but for ties, which count <b>against</b> the query here: sorting puts tied
 * candidates in the order of the file, by which a collapsed model, whose embeddings are all equal,
 * could score 100%.
 */
public final class RetrievalEvaluator implements AutoCloseable {
  /** Similarities that are held at a time: 32 MB of them, and as much again for comparing them. */
  private static final int SIMILARITIES_AT_A_TIME = 8 << 20;

  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TFloat32> queries;
  private final Placeholder<TFloat32> candidates;
  private final Placeholder<TInt32> rightCells;
  private final Placeholder<TInt32> rightQueries;
  private final Placeholder<TInt32> nearestCount;
  private final Operand<TInt32> ranks;
  private final TopK<TFloat32, TInt32> nearest;

  public RetrievalEvaluator() {
    this(ConfigProto.getDefaultInstance());
  }

  /**
   * @param config threads and devices of the session
   */
  public RetrievalEvaluator(ConfigProto config) {
    Ops tf = Ops.create(graph);
    queries = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
    candidates = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
    rightCells = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    rightQueries = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    nearestCount = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> similarity = tf.linalg.matMul(queries, candidates, MatMul.transposeB(true));
    ranks = rank(tf, similarity);
    nearest = tf.nn.topK(similarity, nearestCount, new TopK.Options[0]);
    session = new Session(graph, config);
  }

  /**
   * @param similarity [queries, candidates]
   * @return [queries], from 1
   */
  private Operand<TInt32> rank(Ops tf, Operand<TFloat32> similarity) {
    Operand<TFloat32> cells = tf.reshape(similarity, tf.constant(new int[] {-1}));
    Operand<TFloat32> right = tf.gather(cells, rightCells, tf.constant(0));
    Operand<TInt32> count = tf.gather(tf.shape(queries), tf.constant(0), tf.constant(0));
    Operand<TFloat32> best = tf.math.unsortedSegmentMax(right, rightQueries, count);
    Operand<TInt32> atLeastBest =
        tf.sum(
            ones(tf, tf.math.greaterEqual(similarity, tf.expandDims(best, tf.constant(1)))),
            tf.constant(1));
    Operand<TInt32> rightAtBest =
        tf.math.unsortedSegmentSum(
            ones(tf, tf.math.greaterEqual(right, tf.gather(best, rightQueries, tf.constant(0)))),
            rightQueries,
            count);
    return tf.math.add(tf.constant(1), tf.math.sub(atLeastBest, rightAtBest));
  }

  private static Operand<TInt32> ones(Ops tf, Operand<TBool> which) {
    return tf.dtypes.cast(which, TInt32.class);
  }

  /**
   * Recall and ranks in both directions.
   *
   * @param images the different images, [images, dimension]
   * @param texts the different captions, [texts, dimension]
   * @param recallAt the k of each recall
   * @throws dev.lockstep.error.RunFailedException if an embedding is not finite
   */
  public RetrievalScores evaluate(
      Embeddings images, Embeddings texts, PairSet pairs, Collection<Integer> recallAt) {
    images.checkFinite("image");
    texts.checkFinite("caption");
    Relevance relevance = pairs.relevance();
    return new RetrievalScores(
        pairs.pairs(),
        images.count(),
        texts.count(),
        RetrievalScores.Direction.of(ranks(texts, images, relevance.imagesOfTexts()), recallAt),
        RetrievalScores.Direction.of(ranks(images, texts, relevance.textsOfImages()), recallAt));
  }

  /**
   * For each query the rank of its best right answer, from 1.
   *
   * @param right for each query the places of its right candidates, one at least
   * @throws dev.lockstep.error.RunFailedException if an embedding is not finite
   */
  public int[] ranks(Embeddings queries, Embeddings candidates, List<int[]> right) {
    if (right.size() != queries.count()) {
      throw new IllegalArgumentException(
          queries.count() + " queries, right answers for " + right.size());
    }
    queries.checkFinite("query");
    candidates.checkFinite("candidate");
    int[] all = new int[queries.count()];
    int block = queriesAtATime(candidates);
    try (TFloat32 candidateTensor = tensor(candidates, 0, candidates.count())) {
      for (int from = 0; from < all.length; from += block) {
        int to = Math.min(all.length, from + block);
        int[] cells = cells(right, from, to, candidates.count());
        try (TFloat32 queryTensor = tensor(queries, from, to);
            TInt32 cellTensor = TInt32.vectorOf(cells);
            TInt32 rowTensor = TInt32.vectorOf(rows(right, from, to));
            Result result =
                session
                    .runner()
                    .feed(this.queries, queryTensor)
                    .feed(this.candidates, candidateTensor)
                    .feed(rightCells, cellTensor)
                    .feed(rightQueries, rowTensor)
                    .fetch(ranks)
                    .run()) {
          ((TInt32) result.get(0)).asRawTensor().data().asInts().read(all, from, to - from);
        }
      }
    }
    return all;
  }

  /** A candidate that was found for a query, with its cosine. */
  public record Match(int candidate, float similarity) {}

  /**
   * For each query its k nearest candidates (all, if there are fewer), the nearest first; of
   * equally near ones the earlier candidate comes first.
   *
   * @throws dev.lockstep.error.RunFailedException if an embedding is not finite
   */
  public List<List<Match>> nearest(Embeddings queries, Embeddings candidates, int k) {
    queries.checkFinite("query");
    candidates.checkFinite("candidate");
    int found = Math.min(k, candidates.count());
    List<List<Match>> matches = new ArrayList<>(queries.count());
    int block = queriesAtATime(candidates);
    try (TFloat32 candidateTensor = tensor(candidates, 0, candidates.count());
        TInt32 foundTensor = TInt32.scalarOf(found)) {
      for (int from = 0; from < queries.count(); from += block) {
        int to = Math.min(queries.count(), from + block);
        try (TFloat32 queryTensor = tensor(queries, from, to);
            Result result =
                session
                    .runner()
                    .feed(this.queries, queryTensor)
                    .feed(this.candidates, candidateTensor)
                    .feed(nearestCount, foundTensor)
                    .fetch(nearest.values())
                    .fetch(nearest.indices())
                    .run()) {
          TFloat32 similarities = (TFloat32) result.get(0);
          TInt32 places = (TInt32) result.get(1);
          for (int query = 0; query < to - from; query++) {
            List<Match> row = new ArrayList<>(found);
            for (int i = 0; i < found; i++) {
              row.add(new Match(places.getInt(query, i), similarities.getFloat(query, i)));
            }
            matches.add(row);
          }
        }
      }
    }
    return matches;
  }

  private static int queriesAtATime(Embeddings candidates) {
    return Math.max(1, SIMILARITIES_AT_A_TIME / candidates.count());
  }

  /** The places of the right answers in the block's similarities, laid out row by row. */
  private static int[] cells(List<int[]> right, int from, int to, int candidates) {
    return IntStream.range(from, to)
        .flatMap(q -> Arrays.stream(right.get(q)).map(c -> (q - from) * candidates + c))
        .toArray();
  }

  /** For each of {@link #cells} the query in the block that it belongs to. */
  private static int[] rows(List<int[]> right, int from, int to) {
    return IntStream.range(from, to)
        .flatMap(q -> Arrays.stream(right.get(q)).map(c -> q - from))
        .toArray();
  }

  private static TFloat32 tensor(Embeddings embeddings, int from, int to) {
    int dimension = embeddings.dimension();
    return TFloat32.tensorOf(
        Shape.of(to - from, dimension),
        DataBuffers.of(embeddings.values(), true, false)
            .slice((long) from * dimension, (long) (to - from) * dimension));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
