package dev.lockstep.data;

import dev.lockstep.error.LockstepException;
import dev.lockstep.error.RunFailedException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Converts images on several threads, ahead of the one that asks for them. The last images are
 * kept, as long as they fit into memory, for many captions may be of one image.
 */
final class ImagesAhead implements AutoCloseable {
  /** What is done to each image: {@link ImageConverter#convert}. */
  interface Conversion {
    ImageConverter.Converted convert(SourceImage image) throws UnusableImageException;
  }

  /** About what a failure takes that is kept. */
  private static final int FAILURE_BYTES = 200;

  private final Conversion converter;
  private final long maxKeptBytes;
  private final ExecutorService threads;
  private final Map<SourceImage, Coming> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;

  /**
   * @param maxKeptBytes how much of images that were asked for is kept
   */
  ImagesAhead(Conversion converter, long maxKeptBytes) {
    this.converter = converter;
    this.maxKeptBytes = maxKeptBytes;
    threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "prepare-images");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** An image that is being converted, or was. */
  final class Coming {
    private final SourceImage image;
    private final Future<ImageConverter.Converted> conversion;
    private int bytes;

    private Coming(SourceImage image, Future<ImageConverter.Converted> conversion) {
      this.image = image;
      this.conversion = conversion;
    }

    /** Waits for it. */
    ImageConverter.Converted get() throws UnusableImageException {
      try {
        ImageConverter.Converted converted = conversion.get();
        count(converted.bytes().length);
        return converted;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RunFailedException("the preparation was interrupted", "run it again", e);
      } catch (ExecutionException e) {
        count(FAILURE_BYTES);
        if (e.getCause() instanceof UnusableImageException unusable) {
          throw unusable;
        }
        if (e.getCause() instanceof LockstepException known) {
          throw known;
        }
        throw new IllegalStateException("converting " + image.name(), e.getCause());
      }
    }

    private void count(int size) {
      if (bytes == 0 && kept.get(image) == this) {
        bytes = size;
        keptBytes += size;
        forgetOldest();
      }
    }
  }

  /** Begins with an image, unless it is there. */
  Coming begin(SourceImage image) {
    // One that came with its row does not come with another, and would be kept for nothing.
    return image instanceof ImageBytes
        ? convert(image)
        : kept.computeIfAbsent(image, this::convert);
  }

  /** One that is converted already. */
  Coming converted(SourceImage image, ImageConverter.Converted converted) {
    return new Coming(image, CompletableFuture.completedFuture(converted));
  }

  private Coming convert(SourceImage image) {
    return new Coming(image, threads.submit(() -> converter.convert(image)));
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

  /** What nobody has taken yet is on its way to somebody, and stays. */
  private void forgetOldest() {
    Iterator<Coming> oldest = kept.values().iterator();
    while (keptBytes > maxKeptBytes && oldest.hasNext()) {
      Coming coming = oldest.next();
      if (coming.bytes > 0) {
        keptBytes -= coming.bytes;
        oldest.remove();
      }
    }
  }
}
