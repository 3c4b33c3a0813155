package dev.lockstep.pretrained;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/**
 * An import that has been checked. It reads from the checkpoint, which is to stay open until the
 * last value has been asked for.
 */
public final class ImportPlan {
  private final Checkpoint checkpoint;
  private final ImportTable table;
  private final Map<String, TensorSource> sources;

  ImportPlan(Checkpoint checkpoint, ImportTable table, Map<String, TensorSource> sources) {
    this.checkpoint = checkpoint;
    this.table = table;
    this.sources = sources;
  }

  public ImportTable table() {
    return table;
  }

  /** The variables that the checkpoint has values for. */
  public Set<String> variables() {
    return Collections.unmodifiableSet(sources.keySet());
  }

  /** The shape of one of {@link #variables}. */
  public Shape shape(String variable) {
    return source(variable).mapping().shape();
  }

  /**
   * Reads and converts a variable's values, row by row. Each call reads anew, so that memory holds
   * one variable at a time.
   */
  public float[] value(String variable) {
    return source(variable).read(checkpoint);
  }

  /** The shape of {@link #gradient}: as {@link #shape}, but with as many rows as the file has. */
  public Shape gradientShape(String variable) {
    return source(variable).gradientShape();
  }

  /**
   * A variable's gradient, as that of the checkpoint's own values: position embeddings that were
   * interpolated are brought back to their grid.
   */
  public float[] gradient(String variable, float[] values) {
    return source(variable).gradient(values);
  }

  private TensorSource source(String variable) {
    TensorSource source = sources.get(variable);
    if (source == null) {
      throw new IllegalArgumentException("no value for " + variable);
    }
    return source;
  }
}
