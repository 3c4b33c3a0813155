package dev.lockstep.input;

import dev.lockstep.error.LockstepException;
import dev.lockstep.error.RunFailedException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Batches of serialised records with their positions: planned and read here, on a few threads, and
 * handed over to the graph through a queue, from which a dataset takes them.
 *
 * <p>So which record comes when is a matter of plain Java, and a record that cannot be read is an
 * exception that says which.
 */
final class RecordStream {
  private static final Logger LOG = LoggerFactory.getLogger(RecordStream.class);

  private final BatchPlan plan;
  private final RecordReading reading;
  private final int captionsPerImage;
  private final int batchSize;
  private final int threads;
  private final RecordQueue queue;
  private final LongAdder starvedNanos = new LongAdder();
  private Feeder feeder;
  private volatile RuntimeException failure;

  /**
   * @param captionsPerImage records side by side that the plan takes from one image
   * @param batchSize the place of a batch's first record is its number times this
   * @param rows of each batch, or -1
   */
  RecordStream(
      Ops tf,
      BatchPlan plan,
      RecordReading reading,
      int captionsPerImage,
      int batchSize,
      long rows,
      int threads) {
    this.plan = plan;
    this.reading = reading;
    this.captionsPerImage = captionsPerImage;
    this.batchSize = batchSize;
    this.threads = threads;
    this.queue = new RecordQueue(tf, rows, reading.pixelSide());
  }

  /** As {@link RecordQueue#dataset}. */
  Operand<? extends TType> dataset(Ops tf, Operand<TInt64> batches) {
    return queue.dataset(tf, batches);
  }

  /** As {@link RecordQueue#take}. */
  Operand<TString> take(Ops tf) {
    return queue.take(tf);
  }

  /** As {@link RecordQueue#makeReadyToPut}. */
  void makeReadyToStart(Session session) {
    queue.makeReadyToPut(session);
  }

  /** As {@link RecordQueue#makeReadyToDrop}. */
  void makeReadyToStop(Session session) {
    queue.makeReadyToDrop(session);
  }

  /**
   * Begins to read.
   *
   * @param position of the first record, a multiple of the batch size
   * @param batches how many; Long.MAX_VALUE for no end
   */
  void start(Session session, long position, long batches) {
    if (position % batchSize != 0) {
      throw new IllegalArgumentException(position + " is not the beginning of a batch");
    }
    failure = null;
    feeder = new Feeder(session, position / batchSize, batches);
    feeder.begin();
  }

  /**
   * Ends the reading; what is in the queue is thrown away. Nobody else may take from it any more.
   */
  void stop() {
    if (feeder != null) {
      feeder.stop();
      feeder = null;
    }
  }

  /** Ends the reading for good, and closes what is read. */
  void close() {
    if (feeder != null) {
      feeder.end();
      feeder = null;
    }
    reading.close();
  }

  /** To be called before {@link #start}. */
  void add(StoredFeatures features) {
    reading.add(features);
  }

  ShardLosses losses() {
    return reading.losses();
  }

  InputTimes times() {
    return new InputTimes(
        reading.readSeconds(), reading.resizeSeconds(), starvedNanos.sum() * 1e-9);
  }

  /** Why the stream ended, if it did; otherwise what was given. */
  RuntimeException explain(RuntimeException other) {
    return failure == null ? other : failure;
  }

  /** Reads batches on several threads and puts them into the queue in their order. */
  private final class Feeder {
    private final Session session;
    private final long first;
    private final long batches;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Deque<Future<RecordBatch>> ahead = new ArrayDeque<>();
    private volatile boolean stopping;
    private volatile boolean abandoned;

    Feeder(Session session, long first, long batches) {
      this.session = session;
      this.first = first;
      this.batches = batches;
    }

    void begin() {
      Thread thread = new Thread(this::run, "input-plan");
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      ExecutorService pool =
          Executors.newFixedThreadPool(
              threads,
              task -> {
                Thread thread = new Thread(task, "input-read");
                thread.setDaemon(true);
                return thread;
              });
      try {
        feed(pool);
      } catch (RuntimeException | Error e) {
        if (!stopping) {
          failure =
              e instanceof RuntimeException known
                  ? known
                  : new RunFailedException("reading failed: " + e, "give it more memory", e);
          queue.close(session);
        }
      } finally {
        // Not at once: an interrupt closes the file that a thread is reading, and stored features
        // are read from the same file by the stages to come.
        abandoned = true;
        pool.shutdown();
        awaitEnd(pool);
        ahead.forEach(this::discard);
        ended.countDown();
      }
    }

    private void feed(ExecutorService pool) {
      long end = batches == Long.MAX_VALUE ? Long.MAX_VALUE : first + batches;
      long next = first;
      while (!stopping && (next < end || !ahead.isEmpty())) {
        while (next < end && ahead.size() <= threads) {
          long number = next++;
          int[] planned = plan.batch(number);
          ahead.add(pool.submit(() -> read(number, planned)));
        }
        try (RecordBatch batch = get(ahead.remove())) {
          if (!stopping) {
            queue.put(session, batch);
          }
        }
      }
    }

    /** Gives the memory of a batch back that nobody will take. */
    private void discard(Future<RecordBatch> batch) {
      try {
        batch.get().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        LOG.debug("a batch that is not needed was not read", e);
      }
    }

    private RecordBatch get(Future<RecordBatch> batch) {
      long begun = System.nanoTime();
      try {
        return batch.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RunFailedException("the reading was interrupted", "run it again", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof LockstepException known) {
          throw known;
        }
        throw new IllegalStateException("reading a batch", e.getCause());
      } finally {
        starvedNanos.add(System.nanoTime() - begun);
      }
    }

    private RecordBatch read(long number, int[] planned) {
      if (abandoned) {
        throw new CancellationException("the batch is not needed");
      }
      byte[][] bytes = new byte[planned.length][];
      long[] at = new long[planned.length];
      for (int i = 0; i < planned.length; i += captionsPerImage) {
        int[] group = Arrays.copyOfRange(planned, i, i + captionsPerImage);
        byte[][] read = reading.read(group, number * batchSize + i);
        System.arraycopy(read, 0, bytes, i, read.length);
      }
      for (int i = 0; i < planned.length; i++) {
        at[i] = number * batchSize + i;
      }
      return RecordBatch.of(at, bytes, reading.pixelSide());
    }

    void stop() {
      stopping = true;
      try {
        // The feeder may be waiting for room in the queue.
        do {
          drain();
        } while (!ended.await(1, TimeUnit.MILLISECONDS));
        drain();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Without taking anything from the queue, for the dataset that does so may still be there. */
    void end() {
      stopping = true;
      if (failure == null) {
        queue.close(session);
      }
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void drain() {
      while (failure == null && queue.size(session) > 0) {
        queue.drop(session);
      }
    }

    private void awaitEnd(ExecutorService pool) {
      try {
        // The images' graph must not be closed under a thread that still runs it.
        boolean done = false;
        while (!done) {
          done = pool.awaitTermination(1, TimeUnit.MINUTES);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
