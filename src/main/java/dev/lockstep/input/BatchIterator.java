package dev.lockstep.input;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stage;
import org.tensorflow.op.core.StageClear;
import org.tensorflow.op.core.Timestamp;
import org.tensorflow.op.core.Unstage;
import org.tensorflow.op.data.IteratorGetNext;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * Where a graph takes its batches from. Several {@link InputPipeline}s may be started into one
 * iterator, one after the other; the operands stay the same.
 */
public final class BatchIterator implements AutoCloseable {
  private static final DeviceSpec CPU =
      DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build();

  private final Ops tf;
  private final BatchLayout layout;
  private final int batchesAhead;
  private final org.tensorflow.op.data.Iterator iterator;
  private final Batch next;
  private final Operand<TFloat64> waitSeconds;
  // Null without batches ahead.
  private final Op stage;
  private final Op clear;
  private final Set<RecordStream> streams = new LinkedHashSet<>();
  private RecordStream feeding;

  /** Pairs that go straight to whoever uses them. */
  public BatchIterator(Ops tf, int imageSize) {
    this(tf, BatchLayout.pairs(imageSize));
  }

  /** Batches that go straight to whoever uses them. */
  public BatchIterator(Ops tf, BatchLayout layout) {
    this(tf, layout, 0, CPU);
  }

  /**
   * Batches are copied to a device before they are needed.
   *
   * @param batchesAhead how many batches lie ready on the device; 0 for none
   * @param device where the model runs
   */
  public BatchIterator(Ops tf, BatchLayout layout, int batchesAhead, DeviceSpec device) {
    this.tf = tf.withSubScope("input").withDevice(CPU);
    this.layout = layout;
    this.batchesAhead = batchesAhead;
    iterator = this.tf.data.iterator("", "", layout.types(), layout.shapes());

    Timestamp before = this.tf.timestamp();
    IteratorGetNext read =
        this.tf
            .withControlDependencies(before)
            .data
            .iteratorGetNext(iterator, layout.types(), layout.shapes());
    Operand<TFloat64> after = this.tf.withControlDependencies(read).timestamp();
    Operand<TFloat64> seconds = this.tf.math.sub(after, before);
    if (batchesAhead == 0) {
      next = batch(onceRead(read.components(), after));
      waitSeconds = seconds;
      stage = null;
      clear = null;
      return;
    }
    Ops onDevice = this.tf.withDevice(device);
    String name = this.tf.scope().makeOpName("ahead");
    stage = onDevice.stage(List.copyOf(read.components()), Stage.sharedName(name));
    clear = onDevice.stageClear(layout.types(), StageClear.sharedName(name));
    Unstage ready = onDevice.unstage(layout.types(), Unstage.sharedName(name));
    next = batch(shaped(onDevice, ready.values(), layout.shapes()));
    waitSeconds = this.tf.withControlDependencies(stage).identity(seconds);
  }

  /** The next batch: a new one in each run, the same one within a run. */
  public Batch next() {
    return next;
  }

  /**
   * How long the run waited for its batch, in seconds, a scalar. With batches ahead, it is the
   * batch after it that is waited for, while the device works, so that this is the most that the
   * device can have waited.
   *
   * <p>Fetch it in each run that uses {@link #next}: with batches ahead, this is also what brings
   * the next one to the device.
   */
  public Operand<TFloat64> waitSeconds() {
    return waitSeconds;
  }

  /** Which parts the batches have. */
  public BatchLayout layout() {
    return layout;
  }

  /** Where the pipelines of this iterator put their operations. */
  Ops ops() {
    return tf;
  }

  int batchesAhead() {
    return batchesAhead;
  }

  /** Makes TensorFlow ready for another stream to feed this iterator. */
  void makeReadyToFeedFrom(RecordStream stream, Session session) {
    if (feeding != null) {
      feeding.makeReadyToStop(session);
    }
    stream.makeReadyToStart(session);
  }

  /** Ends what fed this iterator until now, whose dataset was replaced. */
  void feedFrom(RecordStream stream) {
    if (feeding != null) {
      feeding.stop();
    }
    feeding = stream;
    streams.add(stream);
  }

  /** Ends what feeds this iterator; to be called before its session is closed. */
  @Override
  public void close() {
    streams.forEach(RecordStream::close);
    streams.clear();
    feeding = null;
  }

  /** The operation that makes a dataset of batches the one that this iterator reads. */
  Op read(Operand<? extends TType> dataset) {
    return tf.data.makeIterator(dataset, iterator);
  }

  /** Replaces the batches that lie ready by those of the dataset that is read now. */
  void refill(Session session) {
    if (batchesAhead > 0) {
      session.run(clear);
    }
    for (int i = 0; i < batchesAhead; i++) {
      session.run(stage);
    }
  }

  /**
   * The batch for a model that starts only when the clock has been read: the scheduler may put that
   * off behind a model's work, and the wait would seem longer than it was.
   */
  private List<Output<?>> onceRead(List<Output<?>> values, Operand<TFloat64> clock) {
    Ops then = tf.withControlDependencies(clock);
    List<Output<?>> passed = new ArrayList<>();
    values.forEach(value -> passed.add(then.identity(value).asOutput()));
    return passed;
  }

  /** The staging area forgets the static shapes, which a model needs. */
  private static List<Output<?>> shaped(Ops tf, List<Output<?>> values, List<Shape> shapes) {
    List<Output<?>> shaped = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      shaped.add(tf.ensureShape(values.get(i), shapes.get(i)).asOutput());
    }
    return shaped;
  }

  private Batch batch(List<Output<?>> components) {
    Iterator<Output<?>> next = components.iterator();
    return new Batch(
        layout.captionsPerImage(),
        take(next, layout.images()),
        take(next, layout.tokens()),
        take(next, layout.tokens()),
        take(next, true),
        take(next, true),
        take(next, true),
        take(next, layout.otherView()),
        take(next, layout.masks()),
        take(next, layout.masks()),
        take(next, layout.imageFeatures() > 0),
        take(next, layout.textFeatures() > 0));
  }

  /** Of the type that the layout has for it. */
  @SuppressWarnings("unchecked")
  private static <T extends TType> Operand<T> take(Iterator<Output<?>> next, boolean isThere) {
    return isThere ? (Operand<T>) next.next() : null;
  }
}
