package dev.lockstep.serve.index;

import dev.lockstep.data.ImageScreen;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.Embeddings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Images with their embeddings, to be searched. What was embedded before by the same model is found
 * again on the disk; what came since is added.
 */
public final class ImageIndex implements AutoCloseable {
  /** Up to this many images, every one is compared with a query. */
  public static final int EXACT_UP_TO = 100_000;

  private static final int AT_ONCE = 64;
  private static final int RECALL_AT = 10;
  private static final int RECALL_QUERIES = 100;

  /** A line of progress each time that so many images are done. */
  private static final int TELL_EVERY = 2000;

  private final List<ImageEntry> entries;
  private final Embeddings embeddings;
  private final ImageSearch search;
  private final int damaged;
  private final OptionalDouble recall;

  private ImageIndex(
      List<ImageEntry> entries,
      Embeddings embeddings,
      ImageSearch search,
      int damaged,
      OptionalDouble recall) {
    this.entries = entries;
    this.embeddings = embeddings;
    this.search = search;
    this.damaged = damaged;
    this.recall = recall;
  }

  /**
   * An image that was found.
   *
   * @param number of the image, from 0
   * @param score the cosine
   */
  public record Found(int number, ImageEntry image, float score) {}

  /**
   * Opens the index of all images of some sources, and embeds what is missing first.
   *
   * @param folder where embeddings are kept, those of each model apart
   * @param tell where lines about progress and about damaged images go
   * @throws dev.lockstep.error.LockstepException if no image can be used, or it cannot be written
   */
  public static ImageIndex open(
      Path folder, List<ImageSource> sources, ImageEmbedder embedder, Consumer<String> tell) {
    return open(folder, sources, embedder, tell, EXACT_UP_TO);
  }

  static ImageIndex open(
      Path folder,
      List<ImageSource> sources,
      ImageEmbedder embedder,
      Consumer<String> tell,
      int exactUpTo) {
    List<ImageEntry> all = entries(sources);
    Path own = folder.resolve(embedder.fingerprint());
    try (EmbeddingStore store = new EmbeddingStore(own, embedder.dimension())) {
      embedMissing(all, store, embedder, tell);
      List<ImageEntry> sound = all.stream().filter(e -> !store.isDamaged(e.file())).toList();
      int damaged = all.size() - sound.size();
      if (sound.isEmpty()) {
        throw new InvalidInputException(
            sources.toString(),
            all.isEmpty() ? "there is no image" : "none of its " + damaged + " images decodes",
            "give JPEG, PNG, GIF or BMP files");
      }
      if (damaged > 0) {
        tellDamaged(all, store, damaged, tell);
      }
      Embeddings embeddings =
          new Embeddings(
              store.read(sound.stream().map(ImageEntry::file).toList()),
              sound.size(),
              embedder.dimension());
      int[] keys = sound.stream().mapToInt(entry -> store.row(entry.file())).toArray();
      return search(own, sound, embeddings, keys, damaged, tell, exactUpTo);
    }
  }

  private static ImageIndex search(
      Path own,
      List<ImageEntry> entries,
      Embeddings embeddings,
      int[] keys,
      int damaged,
      Consumer<String> tell,
      int exactUpTo) {
    if (entries.size() <= exactUpTo) {
      return new ImageIndex(
          entries, embeddings, new ExactSearch(embeddings), damaged, OptionalDouble.empty());
    }
    tell.accept("%,d images: making the search graph".formatted(entries.size()));
    HnswSearch graph = HnswSearch.open(own.resolve("hnsw"), embeddings, keys);
    double recall = graph.recallAt(RECALL_AT, RECALL_QUERIES);
    tell.accept(
        "recall@%d against exact search: %.3f, over %d images as queries"
            .formatted(RECALL_AT, recall, RECALL_QUERIES));
    return new ImageIndex(entries, embeddings, graph, damaged, OptionalDouble.of(recall));
  }

  /** Of several sources that have the same file, the captions of all. */
  private static List<ImageEntry> entries(List<ImageSource> sources) {
    Map<Path, ImageEntry> entries = new LinkedHashMap<>();
    for (ImageSource source : sources) {
      for (ImageEntry entry : source.entries()) {
        entries.merge(entry.file(), entry, ImageIndex::joined);
      }
    }
    return List.copyOf(entries.values());
  }

  private static ImageEntry joined(ImageEntry one, ImageEntry other) {
    List<String> captions = new ArrayList<>(one.captions());
    other.captions().stream().filter(c -> !captions.contains(c)).forEach(captions::add);
    return new ImageEntry(
        one.file(),
        one.name(),
        List.copyOf(captions),
        one.category().isEmpty() ? other.category() : one.category());
  }

  private static void embedMissing(
      List<ImageEntry> entries,
      EmbeddingStore store,
      ImageEmbedder embedder,
      Consumer<String> tell) {
    List<Path> missing =
        entries.stream().map(ImageEntry::file).filter(file -> !store.has(file)).toList();
    if (!missing.isEmpty()) {
      int there = entries.size() - missing.size();
      tell.accept(
          "embedding %,d images%s"
              .formatted(missing.size(), there == 0 ? "" : "; %,d are there".formatted(there)));
    }
    ImageScreen screen = ImageScreen.upTo(embedder.maxPixels());
    List<Path> files = new ArrayList<>();
    List<byte[]> images = new ArrayList<>();
    long pixels = 0;
    int done = 0;
    for (Path file : missing) {
      byte[] bytes = read(file);
      ImageScreen.Size size = screen.size(bytes);
      byte[] usable = size.usable() ? bytes : new byte[0];
      long own = size.usable() ? size.pixels() : 0;
      if (!images.isEmpty() && (images.size() == AT_ONCE || pixels + own > embedder.maxPixels())) {
        add(store, embedder, files, images);
        pixels = 0;
      }
      files.add(file);
      images.add(usable);
      pixels += own;
      if (++done % TELL_EVERY == 0) {
        tell.accept("%,d of %,d images".formatted(done, missing.size()));
      }
    }
    if (!images.isEmpty()) {
      add(store, embedder, files, images);
    }
  }

  private static void add(
      EmbeddingStore store, ImageEmbedder embedder, List<Path> files, List<byte[]> images) {
    store.add(files, Arrays.asList(embedder.embed(images)));
    files.clear();
    images.clear();
  }

  /** Of a file that cannot be read, nothing: it counts as damaged. */
  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException | OutOfMemoryError e) {
      return new byte[0];
    }
  }

  private static void tellDamaged(
      List<ImageEntry> all, EmbeddingStore store, int damaged, Consumer<String> tell) {
    List<String> names =
        all.stream()
            .filter(entry -> store.isDamaged(entry.file()))
            .limit(3)
            .map(ImageEntry::name)
            .toList();
    tell.accept(
        "%,d images cannot be read or do not decode and are left out: %s%s"
            .formatted(damaged, String.join(", ", names), damaged > names.size() ? ", ..." : ""));
  }

  public int size() {
    return entries.size();
  }

  /** Images that are left out, because they cannot be read or do not decode. */
  public int damaged() {
    return damaged;
  }

  /** Of the graph against exact search, where there is a graph. */
  public OptionalDouble recall() {
    return recall;
  }

  /** By its number, from 0. */
  public ImageEntry entry(int number) {
    return entries.get(number);
  }

  /** The embedding of an image, of length 1. */
  public float[] embedding(int number) {
    return embeddings.select(new int[] {number}).values();
  }

  /**
   * The nearest images.
   *
   * @param query of length 1
   * @param offset how many of the nearest to leave out
   */
  public List<Found> nearest(float[] query, int offset, int k) {
    return search.nearest(query, offset + k).stream()
        .skip(offset)
        .map(hit -> new Found(hit.row(), entries.get(hit.row()), hit.score()))
        .toList();
  }

  @Override
  public void close() {
    if (search instanceof HnswSearch graph) {
      graph.close();
    }
  }
}
