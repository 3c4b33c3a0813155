package dev.lockstep.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * A named variable of a graph, which computes in float32.
 *
 * @param name its name in checkpoints, such as {@code image/encoder/0/mlp/up/kernel}
 * @param role whether it is learned, and how
 * @param stored the type that its values are kept in
 * @param handle the resource to assign to
 * @param value the value as read, in float32; one read serves the whole graph
 * @param initializer assigns the first value
 */
public record Variable(
    String name,
    Shape shape,
    Role role,
    Class<? extends TFloating> stored,
    Operand<? extends TType> handle,
    Operand<TFloat32> value,
    Op initializer) {

  /** What training may do with a variable. */
  public enum Role {
    /** Learned, with weight decay: the matrices and kernels. */
    WEIGHT,
    /** Learned, without weight decay: biases, norms, position embeddings, the logit scale. */
    UNDECAYED,
    /** Not learned: running statistics, optimizer slots. */
    STATE
  }

  /** A variable that is kept in float32. */
  public Variable(
      String name,
      Shape shape,
      Role role,
      Operand<? extends TType> handle,
      Operand<TFloat32> value,
      Op initializer) {
    this(name, shape, role, TFloat32.class, handle, value, initializer);
  }

  public boolean trainable() {
    return role != Role.STATE;
  }

  /** Gives the variable a value, in the type that it is kept in. */
  public Op assign(Ops tf, Operand<TFloat32> newValue) {
    return tf.assignVariableOp(
        handle, stored == TFloat32.class ? newValue : tf.dtypes.cast(newValue, stored));
  }

  /** A read of its own, in float32: {@link #value} may run before an update in the same step. */
  public Operand<TFloat32> read(Ops tf) {
    return read(tf, handle, stored);
  }

  static Operand<TFloat32> read(
      Ops tf, Operand<? extends TType> handle, Class<? extends TFloating> stored) {
    return stored == TFloat32.class
        ? tf.readVariableOp(handle, TFloat32.class)
        : tf.dtypes.cast(tf.readVariableOp(handle, stored), TFloat32.class);
  }

  /** The number of elements. */
  public long size() {
    return shape.size();
  }
}
