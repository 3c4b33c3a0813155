package dev.lockstep.serve;

import dev.lockstep.serve.index.ImageEmbedder;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.serve.model.ModelVersion;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The index of each version that is served: embeddings of two models cannot be compared, so a
 * version is asked only when it has embedded the images itself.
 */
public final class ImageIndexes {
  private final Path folder;
  private final List<ImageSource> sources;
  private final Consumer<String> tell;
  private final Map<String, ImageIndex> byFingerprint = new ConcurrentHashMap<>();

  /**
   * @param sources none where there is nothing to search
   */
  public ImageIndexes(Path folder, List<ImageSource> sources, Consumer<String> tell) {
    this.folder = folder;
    this.sources = sources;
    this.tell = tell;
  }

  /** Embeds the images that the version has not embedded yet. */
  void prepare(ModelVersion version) {
    if (!sources.isEmpty()) {
      byFingerprint.computeIfAbsent(version.fingerprint(), key -> open(version));
    }
  }

  /** Opens, and makes where it is missing, the index of a version. */
  public ImageIndex open(ModelVersion version) {
    return ImageIndex.open(folder, sources, embedder(version), tell);
  }

  boolean isEmpty() {
    return sources.isEmpty();
  }

  /**
   * The index that a version was prepared with.
   *
   * @throws RefusedException if there is nothing to search
   */
  ImageIndex of(ModelVersion version) {
    ImageIndex index = byFingerprint.get(version.fingerprint());
    if (index == null) {
      throw new RefusedException(
          Reason.NOT_FOUND, "no images are indexed: start the server with --images");
    }
    return index;
  }

  private static ImageEmbedder embedder(ModelVersion version) {
    return new ImageEmbedder() {
      @Override
      public String fingerprint() {
        return version.fingerprint();
      }

      @Override
      public int dimension() {
        return version.card().embedding();
      }

      @Override
      public int maxPixels() {
        return version.maxPixels();
      }

      @Override
      public float[][] embed(List<byte[]> images) {
        return version.embedOwnImages(images);
      }
    };
  }
}
