package dev.lockstep.serve.index;

import dev.lockstep.evaluate.Embeddings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Compares a query with every embedding. */
final class ExactSearch implements ImageSearch {
  /** Of equally near ones the earlier comes first, so the later is the worse. */
  private static final Comparator<Hit> WORST_FIRST =
      Comparator.comparingDouble(Hit::score).thenComparing(Hit::row, Comparator.reverseOrder());

  private final Embeddings embeddings;

  ExactSearch(Embeddings embeddings) {
    this.embeddings = embeddings;
  }

  @Override
  public List<Hit> nearest(float[] query, int k) {
    PriorityQueue<Hit> best = new PriorityQueue<>(WORST_FIRST);
    float[] values = embeddings.values();
    int dimension = embeddings.dimension();
    for (int row = 0; row < embeddings.count(); row++) {
      float score = dot(values, row * dimension, query);
      if (best.size() < k || score > best.peek().score()) {
        best.add(new Hit(row, score));
        if (best.size() > k) {
          best.poll();
        }
      }
    }
    List<Hit> found = new ArrayList<>(best);
    found.sort(Collections.reverseOrder(WORST_FIRST));
    return found;
  }

  /** Four sums, which the processor adds side by side. */
  private static float dot(float[] values, int from, float[] query) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 3 < query.length; i += 4) {
      a += values[from + i] * query[i];
      b += values[from + i + 1] * query[i + 1];
      c += values[from + i + 2] * query[i + 2];
      d += values[from + i + 3] * query[i + 3];
    }
    for (; i < query.length; i++) {
      a += values[from + i] * query[i];
    }
    return (a + b) + (c + d);
  }
}
