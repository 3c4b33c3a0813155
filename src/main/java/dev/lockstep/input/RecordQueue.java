package dev.lockstep.input;

import dev.lockstep.tensorflow.RefusedRun;
import java.util.List;
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

/** A queue of the graph through which it is handed batches of records. */
final class RecordQueue {
  private static final List<Class<? extends TType>> TYPES =
      List.of(TInt64.class, TString.class, TUint8.class);

  private static final long CAPACITY = 2;

  private final List<Class<? extends TType>> types;
  private final List<Shape> shapes;
  private final String name;
  private final Placeholder<TInt64> positions;
  private final Placeholder<TString> records;
  private final Placeholder<TUint8> pixels;
  private final Op enqueue;
  private final Placeholder<TInt32> thrownAway;
  private final Op dequeue;
  private final Op close;
  private final Operand<?> waiting;

  /**
   * @param rows of each batch, or -1
   * @param side of the square of pixels that comes with each record; 0 where there is none
   */
  RecordQueue(Ops tf, long rows, int side) {
    int parts = side > 0 ? TYPES.size() : TYPES.size() - 1;
    Shape squares = Shape.of(rows, side, side, RecordBatch.CHANNELS);
    types = TYPES.subList(0, parts);
    shapes = List.of(Shape.of(rows), Shape.of(rows), squares).subList(0, parts);
    name = tf.scope().makeOpName("records");
    FifoQueue queue = queue(tf);
    positions = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    records = tf.placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    pixels = tf.placeholder(TUint8.class, Placeholder.shape(squares));
    List<Operand<?>> components = List.of(positions, ownedByTensorFlow(tf, records), pixels);
    enqueue = tf.io.queueEnqueue(queue, components.subList(0, parts));
    thrownAway = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    dequeue = tf.withControlDependencies(thrownAway).io.queueDequeue(queue, types);
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
    return tf.io.fifoQueue(types, FifoQueue.capacity(CAPACITY), FifoQueue.sharedName(name));
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

  /** The records of a batch, past the dataset: for measurements. */
  @SuppressWarnings("unchecked")
  Operand<TString> take(Ops tf) {
    return (Operand<TString>) tf.io.queueDequeue(queue(tf), types).components().get(1);
  }

  /** Waits for room. */
  void put(Session session, RecordBatch batch) {
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

  /** How many batches lie in it. */
  int size(Session session) {
    try (Result result = session.runner().fetch(waiting).run()) {
      return ((TInt32) result.get(0)).getInt();
    }
  }

  /** Throws the next batch away. */
  void drop(Session session) {
    try (TInt32 fed = TInt32.scalarOf(1)) {
      session.runner().feed(thrownAway, fed).addTarget(dequeue).run().close();
    }
  }

  /** Makes TensorFlow ready for {@link #put}, which the first time would wait for. */
  void makeReadyToPut(Session session) {
    try (TInt64 none = TInt64.scalarOf(0)) {
      Session.Runner runner = session.runner().feed(positions, none).feed(records, none);
      if (types.size() == TYPES.size()) {
        runner.feed(pixels, none);
      }
      RefusedRun.of(runner.addTarget(enqueue));
    }
  }

  /** The same for {@link #size} and {@link #drop}. */
  void makeReadyToDrop(Session session) {
    size(session);
    try (TInt64 none = TInt64.scalarOf(0)) {
      RefusedRun.of(session.runner().feed(thrownAway, none).addTarget(dequeue));
    }
  }

  /** Whoever waits for a batch is told that none will come. */
  void close(Session session) {
    session.run(close);
  }
}
