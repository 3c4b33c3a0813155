package dev.lockstep.serve.index;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.Embeddings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Walks a graph of near neighbours (Malkov and Yashunin 2016), Lucene's. It finds most of the
 * nearest; {@link #recallAt} says how many.
 */
final class HnswSearch implements ImageSearch, AutoCloseable {
  private static final String VECTOR = "embedding";
  private static final String KEY = "key";

  /** How many candidates the walk keeps: more find more, and take longer. */
  private static final int WIDTH = 200;

  private static final double WRITER_MEGABYTES = 256;

  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final int[] places;
  private final ExactSearch exact;
  private final Embeddings embeddings;

  private HnswSearch(Directory directory, Embeddings embeddings, int[] keys) throws IOException {
    this.directory = directory;
    this.embeddings = embeddings;
    this.exact = new ExactSearch(embeddings);
    this.reader = DirectoryReader.open(directory);
    this.searcher = new IndexSearcher(reader);
    Map<Long, Integer> placeOfKey = new HashMap<>();
    for (int place = 0; place < keys.length; place++) {
      placeOfKey.put((long) keys[place], place);
    }
    this.places = keys(reader).stream().mapToInt(placeOfKey::get).toArray();
  }

  /** Of each document in turn. */
  private static List<Long> keys(DirectoryReader reader) throws IOException {
    List<Long> keys = new ArrayList<>();
    NumericDocValues values = MultiDocValues.getNumericValues(reader, KEY);
    while (values != null && values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      keys.add(values.longValue());
    }
    return keys;
  }

  /**
   * Opens the graph of these embeddings, and makes or finishes it first.
   *
   * @param keys of the embeddings, by which those are known that are in the graph already; a graph
   *     that holds others is made anew
   */
  static HnswSearch open(Path folder, Embeddings embeddings, int[] keys) {
    try {
      Directory directory = FSDirectory.open(folder);
      IndexWriterConfig options =
          new IndexWriterConfig()
              .setRAMBufferSizeMB(WRITER_MEGABYTES)
              .setOpenMode(IndexWriterConfig.OpenMode.CREATE_OR_APPEND);
      try (IndexWriter writer = new IndexWriter(directory, options)) {
        Set<Long> there = new HashSet<>();
        try (DirectoryReader before = DirectoryReader.open(writer)) {
          there.addAll(keys(before));
        }
        Set<Long> wanted = new HashSet<>();
        for (int key : keys) {
          wanted.add((long) key);
        }
        if (!wanted.containsAll(there)) {
          writer.deleteAll();
          there.clear();
        }
        for (int row = 0; row < keys.length; row++) {
          if (!there.contains((long) keys[row])) {
            writer.addDocument(document(embeddings, row, keys[row]));
          }
        }
        writer.forceMerge(1);
      }
      return new HnswSearch(directory, embeddings, keys);
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": the search graph cannot be made: " + e.getMessage(),
          "see that the disk has room; the embeddings are kept",
          e);
    }
  }

  private static Document document(Embeddings embeddings, int row, int key) {
    Document document = new Document();
    document.add(
        new KnnFloatVectorField(
            VECTOR,
            embeddings.select(new int[] {row}).values(),
            VectorSimilarityFunction.DOT_PRODUCT));
    document.add(new NumericDocValuesField(KEY, key));
    return document;
  }

  @Override
  public List<Hit> nearest(float[] query, int k) {
    try {
      ScoreDoc[] found =
          searcher.search(
                  new KnnFloatVectorQuery(VECTOR, query, Math.max(k, WIDTH)), Math.max(k, WIDTH))
              .scoreDocs;
      List<Hit> hits = new ArrayList<>();
      for (int i = 0; i < Math.min(k, found.length); i++) {
        // Lucene's score of a cosine c is (1 + c) / 2.
        hits.add(new Hit(places[found[i].doc], 2 * found[i].score - 1));
      }
      return hits;
    } catch (IOException e) {
      throw new RunFailedException("the search graph cannot be read: " + e, "see the disk", e);
    }
  }

  /**
   * The share of the k truly nearest that are found, over embeddings evenly taken as queries.
   *
   * @param queries how many
   */
  double recallAt(int k, int queries) {
    int found = 0;
    int step = Math.max(1, embeddings.count() / queries);
    TreeMap<Integer, float[]> asked = new TreeMap<>();
    for (int row = 0; row < embeddings.count() && asked.size() < queries; row += step) {
      asked.put(row, embeddings.select(new int[] {row}).values());
    }
    for (float[] query : asked.values()) {
      Set<Integer> right = new HashSet<>();
      exact.nearest(query, k).forEach(hit -> right.add(hit.row()));
      found += (int) nearest(query, k).stream().filter(hit -> right.contains(hit.row())).count();
    }
    return (double) found / (asked.size() * Math.min(k, embeddings.count()));
  }

  @Override
  public void close() {
    try {
      reader.close();
      directory.close();
    } catch (IOException e) {
      throw new RunFailedException("the search graph cannot be closed: " + e, "see the disk", e);
    }
  }
}
