package dev.lockstep.input;

import dev.lockstep.error.LockstepException;
import dev.lockstep.error.RunFailedException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.io.FifoQueue;
import org.tensorflow.op.io.QueueClose;
import org.tensorflow.op.io.QueueDequeue;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Batches of serialised records with their positions: planned and read here, on a few threads, and
 * handed over to the graph through a queue, from which a dataset takes them.
 *
 * <p>So which record comes when is a matter of plain Java, and a record that cannot be read is an
 * exception that says which.
 */
final class RecordStream {
  private static final List<Class<? extends TType>> TYPES =
      List.of(TInt64.class, TString.class, TUint8.class);

  private static final Logger LOG = LoggerFactory.getLogger(RecordStream.class);
  private static final long CAPACITY = 2;

  private final BatchPlan plan;
  private final RecordReading reading;
  private final int captionsPerImage;
  private final int batchSize;
  private final int threads;
  private final List<Class<? extends TType>> types;
  private final List<Shape> shapes;
  private final String queueName;
  private final Placeholder<TInt64> positions;
  private final Placeholder<TString> records;
  private final Placeholder<TUint8> pixels;
  private final Op enqueue;
  private final Op dequeue;
  private final Op close;
  private final Operand<?> waiting;
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
    int side = reading.pixelSide();
    int parts = side > 0 ? TYPES.size() : TYPES.size() - 1;
    Shape squares = Shape.of(rows, side, side, RecordBatch.CHANNELS);
    this.types = TYPES.subList(0, parts);
    this.shapes = List.of(Shape.of(rows), Shape.of(rows), squares).subList(0, parts);
    queueName = tf.scope().makeOpName("records");
    FifoQueue queue = queue(tf);
    positions = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    records = tf.placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    pixels = tf.placeholder(TUint8.class, Placeholder.shape(squares));
    List<Operand<?>> components = List.of(positions, ownedByTensorFlow(tf, records), pixels);
    enqueue = tf.io.queueEnqueue(queue, components.subList(0, parts));
    dequeue = tf.io.queueDequeue(queue, types);
    close = tf.io.queueClose(queue, QueueClose.cancelPendingEnqueues(true));
    waiting = tf.io.queueSize(queue);
  }

  /**
   * A copy of strings. Those of a tensor that was fed are freed when Java closes it, but only where
   * nobody else holds them; what still lies in a queue then is never given back.
   */
  private static Operand<TString> ownedByTensorFlow(Ops tf, Operand<TString> strings) {
    return tf.gather(
        strings, tf.range(tf.constant(0), tf.size(strings), tf.constant(1)), tf.constant(0));
  }

  /** The same queue wherever it is named, in a function too. */
  private FifoQueue queue(Ops tf) {
    return tf.io.fifoQueue(types, FifoQueue.capacity(CAPACITY), FifoQueue.sharedName(queueName));
  }

  /**
   * A dataset of so many batches: positions [batch], records [batch] and, where they are apart from
   * those, pixels [batch, side, side, 3].
   *
   * @param batches a scalar
   */
  Operand<? extends TType> dataset(Ops tf, Operand<TInt64> batches) {
    List<Class<? extends TType>> integer = List.of(TInt64.class);
    List<Shape> scalar = List.of(Shape.scalar());
    try (ConcreteFunction take = ConcreteFunction.create(this::takeBatch)) {
      return tf.data.mapDataset(
          tf.data.rangeDataset(tf.constant(0L), batches, tf.constant(1L), integer, scalar),
          List.of(),
          take,
          types,
          shapes);
    }
  }

  /** The records of a batch, past the dataset: for measurements. */
  @SuppressWarnings("unchecked")
  Operand<TString> take(Ops tf) {
    return (Operand<TString>) tf.io.queueDequeue(queue(tf), types).components().get(1);
  }

  private Signature takeBatch(Ops tf) {
    Placeholder<TInt64> number = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    QueueDequeue taken = tf.io.queueDequeue(queue(tf), types);
    List<Output<?>> components = taken.components();
    Signature.Builder signature = Signature.builder("take").input("number", number);
    for (int i = 0; i < components.size(); i++) {
      signature.output("part" + i, tf.ensureShape(components.get(i), shapes.get(i)));
    }
    return signature.build();
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
    private volatile boolean stopping;

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
          // Whoever waits for a batch is told that none will come.
          session.run(close);
        }
      } finally {
        // Not at once: an interrupt closes the file that a thread is reading, and stored features
        // are read from the same file by the stages to come.
        pool.shutdown();
        awaitEnd(pool);
        ended.countDown();
      }
    }

    private void feed(ExecutorService pool) {
      Deque<Future<RecordBatch>> ahead = new ArrayDeque<>();
      long end = batches == Long.MAX_VALUE ? Long.MAX_VALUE : first + batches;
      long next = first;
      try {
        while (!stopping && (next < end || !ahead.isEmpty())) {
          while (next < end && ahead.size() <= threads) {
            long number = next++;
            int[] planned = plan.batch(number);
            ahead.add(pool.submit(() -> read(number, planned)));
          }
          try (RecordBatch batch = get(ahead.remove())) {
            if (!stopping) {
              enqueue(batch);
            }
          }
        }
      } finally {
        ahead.forEach(this::discard);
      }
    }

    private void enqueue(RecordBatch batch) {
      Session.Runner runner =
          session
              .runner()
              .feed(positions, batch.positions())
              .feed(records, batch.records())
              .addTarget(enqueue);
      if (batch.pixels() != null) {
        runner.feed(pixels, batch.pixels());
      }
      runner.run().close();
    }

    /** Gives the memory of a batch back that nobody will take. */
    private void discard(Future<RecordBatch> batch) {
      if (batch.cancel(false)) {
        return;
      }
      try {
        batch.get().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        LOG.debug("a batch that is not needed failed", e);
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
        session.run(close);
      }
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void drain() {
      while (failure == null && size() > 0) {
        session.run(dequeue);
      }
    }

    private int size() {
      try (Result result = session.runner().fetch(waiting).run()) {
        return ((TInt32) result.get(0)).getInt();
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
