package dev.lockstep.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TType;

/**
 * A value whose gradient is written out, for where TensorFlow has none or one of more passes over
 * memory than needed. TensorFlow takes no more than ten gradients from Java in a process, so all go
 * through one: that of IdentityN, which has none of its own.
 */
public final class OwnGradient {
  /** The gradient of a value. */
  public interface Backward {
    /**
     * @param inputs what the value depends on
     * @param gradient to the value
     * @return one to each of the inputs, of its shape and type
     */
    List<Operand<? extends TType>> of(
        Ops tf, List<Operand<? extends TType>> inputs, Operand<? extends TType> gradient);
  }

  private static final String KIND = "_lockstep_gradient";
  private static final Map<String, Backward> BY_KIND = new ConcurrentHashMap<>();

  static {
    if (!TensorFlow.registerCustomGradient("IdentityN", OwnGradient::backward)) {
      throw new IllegalStateException("TensorFlow has a gradient of IdentityN already");
    }
  }

  private OwnGradient() {}

  /**
   * The value, with that gradient.
   *
   * @param kind names the gradient: the same for all values that have the same
   * @param inputs what the value depends on
   */
  public static <T extends TType> Operand<T> of(
      Ops tf,
      String kind,
      Operand<T> value,
      List<Operand<? extends TType>> inputs,
      Backward backward) {
    BY_KIND.putIfAbsent(kind, backward);
    List<Output<?>> all = new ArrayList<>();
    // The way back ends at the value, and goes on at the inputs.
    all.add(tf.stopGradient(value).asOutput());
    inputs.forEach(input -> all.add(input.asOutput()));
    return tf.scope()
        .opBuilder("IdentityN", "OwnGradient")
        .addInputList(all.toArray(Output<?>[]::new))
        .setAttr(KIND, kind)
        .build()
        .output(0);
  }

  private static List<Operand<?>> backward(
      Ops tf, GraphOperation operation, List<Output<?>> gradients) {
    List<Operand<? extends TType>> inputs = new ArrayList<>();
    for (int i = 1; i < operation.numInputs(); i++) {
      inputs.add(operation.input(i));
    }
    List<Operand<?>> all = new ArrayList<>();
    all.add(gradients.get(0));
    all.addAll(
        BY_KIND.get(operation.attributes().getAttrString(KIND)).of(tf, inputs, gradients.get(0)));
    return all;
  }
}
