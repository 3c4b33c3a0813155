package dev.lockstep.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A named float32 variable of a graph.
 *
 * @param name its name in checkpoints, such as {@code image/encoder/0/mlp/up/kernel}
 * @param role whether it is learned, and how
 * @param handle the resource to assign to
 * @param value the value as read; one read serves the whole graph
 * @param initializer assigns the first value
 */
public record Variable(
    String name,
    Shape shape,
    Role role,
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

  public boolean trainable() {
    return role != Role.STATE;
  }

  /** The number of elements. */
  public long size() {
    return shape.size();
  }
}
