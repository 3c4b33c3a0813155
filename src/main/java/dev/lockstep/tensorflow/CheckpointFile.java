package dev.lockstep.tensorflow;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Restore;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Saves variables to TensorFlow's checkpoint format (TensorBundle) and restores them. Its
 * operations are part of the graph, so it is made after the last variable and before the first run.
 */
public final class CheckpointFile {
  private final Placeholder<TString> path;
  private final List<Operand<TFloat32>> values = new ArrayList<>();
  private final long bytes;
  private final Op save;
  private final Op restore;

  /**
   * @param variables those to save and restore; a file must hold all of them to be restored
   */
  public CheckpointFile(Ops tf, Collection<Variable> variables) {
    path = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    List<String> names = variables.stream().map(Variable::name).toList();
    Operand<TString> tensorNames = strings(tf, names);
    Operand<TString> wholeTensors = strings(tf, Collections.nCopies(names.size(), ""));
    List<Class<? extends TType>> types = new ArrayList<>();
    for (Variable variable : variables) {
      values.add(variable.read(tf));
      types.add(TFloat32.class);
    }
    bytes = variables.stream().mapToLong(Variable::size).sum() * Float.BYTES;
    save = tf.train.save(path, tensorNames, wholeTensors, List.copyOf(values));
    Restore restored = tf.train.restore(path, tensorNames, wholeTensors, types);
    List<Op> assignments = new ArrayList<>();
    int i = 0;
    for (Variable variable : variables) {
      assignments.add(variable.assign(tf, tf.ensureShape(floats(restored, i++), variable.shape())));
    }
    restore = tf.withControlDependencies(assignments).noOp();
  }

  /** How large the files are, nearly. */
  public long bytes() {
    return bytes;
  }

  /** Variables as they were at a moment. It may be closed more than once. */
  public static final class Held implements AutoCloseable {
    private final Result values;
    private boolean closed;

    private Held(Result values) {
      this.values = values;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        values.close();
      }
    }
  }

  /**
   * The variables as they are now, to be saved later. What changes one meanwhile copies it, so that
   * up to {@link #bytes} more are held until the result is closed.
   */
  public Held hold(Session session) {
    Session.Runner runner = session.runner();
    values.forEach(runner::fetch);
    return new Held(runner.run());
  }

  /** Makes TensorFlow ready to save, which the first time would wait for; nothing is written. */
  public void makeReady(Session session) {
    refuse(session.runner());
  }

  /** The same for {@link #hold} and {@link #save(Session, Path, Held)}. */
  public void makeReadyToHold(Session session) {
    Session.Runner runner = session.runner();
    try (Held held = hold(session)) {
      feed(runner, held);
      refuse(runner);
    }
  }

  private void refuse(Session.Runner runner) {
    try (TInt32 noPath = TInt32.scalarOf(0)) {
      RefusedRun.of(runner.feed(path, noPath).addTarget(save));
    }
  }

  /**
   * Saves the variables as they are.
   *
   * @param prefix the files' common beginning: {@code prefix.index}, {@code prefix.data-...}
   * @throws RunFailedException if they cannot be written
   */
  public void save(Session session, Path prefix) {
    save(session.runner(), prefix);
  }

  /** Saves the variables as they were. */
  public void save(Session session, Path prefix, Held held) {
    Session.Runner runner = session.runner();
    feed(runner, held);
    save(runner, prefix);
  }

  private void feed(Session.Runner runner, Held held) {
    for (int i = 0; i < values.size(); i++) {
      runner.feed(values.get(i), held.values.get(i));
    }
  }

  private void save(Session.Runner runner, Path prefix) {
    try {
      run(runner, prefix, save);
    } catch (TensorFlowException e) {
      throw new RunFailedException(
          prefix + ": the checkpoint could not be written: " + firstLine(e),
          "see that the disk has room; the last whole checkpoint is kept",
          e);
    }
  }

  /**
   * @throws InvalidInputException if there is no such checkpoint, it is damaged, or it is of a
   *     model with other variables
   */
  public void restore(Session session, Path prefix) {
    if (!Files.isRegularFile(Path.of(prefix + ".index"))) {
      throw new InvalidInputException(
          prefix.toString(), "there is no checkpoint", "expected " + prefix + ".index");
    }
    try {
      run(session.runner(), prefix, restore);
    } catch (TensorFlowException e) {
      throw new InvalidInputException(
          prefix.toString(),
          "the checkpoint does not fit this model, or is damaged: " + firstLine(e),
          "use a checkpoint of the same model block, or another run folder (name=...)",
          e);
    }
  }

  private void run(Session.Runner runner, Path prefix, Op operation) {
    try (TString text = TString.scalarOf(prefix.toAbsolutePath().toString())) {
      runner.feed(path, text).addTarget(operation).run().close();
    }
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> floats(Restore restored, int index) {
    return (Operand<TFloat32>) (Operand<?>) restored.tensors().get(index);
  }

  private static Operand<TString> strings(Ops tf, List<String> values) {
    return tf.constant(NdArrays.vectorOfObjects(values.toArray(new String[0])));
  }

  private static String firstLine(TensorFlowException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown error");
  }
}
