package dev.lockstep.data;

import dev.lockstep.error.LockstepException;
import dev.lockstep.error.RunFailedException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Converts images on several threads, a little ahead of the one that asks for them in order. An
 * image that is asked for again is kept for that, as long as all that are kept fit into memory.
 */
final class ImagesAhead implements AutoCloseable {
  private static final int ROWS_AHEAD = 64;

  /** What is done to each image: {@link ImageConverter#convert}. */
  interface Conversion {
    ImageConverter.Converted convert(Path image) throws UnusableImageException;
  }

  private final Conversion converter;
  private final List<Path> images;
  private final long maxKeptBytes;
  private final ExecutorService threads;
  private final Map<Path, Integer> usesLeft = new HashMap<>();
  private final Map<Path, Future<ImageConverter.Converted>> conversions = new HashMap<>();
  private final Map<Path, Integer> kept = new LinkedHashMap<>();
  private long keptBytes;
  private int begun;

  /**
   * @param images in the order in which they will be asked for, repeated where they are
   * @param maxKeptBytes how much of images that are asked for again is held; others are converted
   *     again
   */
  ImagesAhead(Conversion converter, List<Path> images, long maxKeptBytes) {
    this.maxKeptBytes = maxKeptBytes;
    this.converter = converter;
    this.images = images;
    images.forEach(image -> usesLeft.merge(image, 1, Integer::sum));
    threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "prepare-images");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The image at a place of the list; places are asked for from 0 on, without a gap. */
  ImageConverter.Converted get(int index) throws UnusableImageException {
    for (; begun < Math.min(images.size(), index + ROWS_AHEAD); begun++) {
      begin(images.get(begun));
    }
    Path image = images.get(index);
    begin(image); // again, if it was let go of
    try {
      ImageConverter.Converted converted = conversions.get(image).get();
      keep(image, converted.bytes().length);
      return converted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailedException("the preparation was interrupted", "run it again", e);
    } catch (ExecutionException e) {
      keep(image, 0);
      if (e.getCause() instanceof UnusableImageException unusable) {
        throw unusable;
      }
      if (e.getCause() instanceof LockstepException known) {
        throw known;
      }
      throw new IllegalStateException("converting " + image, e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      // The graph must not be closed under a thread that still runs it.
      boolean ended = false;
      while (!ended) {
        ended = threads.awaitTermination(1, TimeUnit.MINUTES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin(Path image) {
    conversions.computeIfAbsent(image, path -> threads.submit(() -> converter.convert(path)));
  }

  private void keep(Path image, int bytes) {
    Integer before = kept.remove(image);
    keptBytes -= before == null ? 0 : before;
    if (usesLeft.merge(image, -1, Integer::sum) == 0) {
      conversions.remove(image);
      return;
    }
    kept.put(image, bytes);
    keptBytes += bytes;
    Iterator<Map.Entry<Path, Integer>> oldest = kept.entrySet().iterator();
    while (keptBytes > maxKeptBytes && oldest.hasNext()) {
      Map.Entry<Path, Integer> entry = oldest.next();
      keptBytes -= entry.getValue();
      conversions.remove(entry.getKey());
      oldest.remove();
    }
  }
}
