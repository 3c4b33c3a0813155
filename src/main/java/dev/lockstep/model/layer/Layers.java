package dev.lockstep.model.layer;

import dev.lockstep.tensorflow.FusedFunction;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variable.Role;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Constant;
import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.framework.initializers.Ones;
import org.tensorflow.framework.initializers.TruncatedNormal;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The small verbs that towers are written in. Each makes its variables under the current name, so
 * {@code layers.in("mlp").dense("up", ...)} has {@code mlp/up/kernel}; the same name gives the same
 * variable, so a tower may be built once for training and once for evaluation.
 */
public final class Layers {
  /** The deviation of CLIP's and BERT's initial weights. */
  private static final double INITIAL_DEVIATION = 0.02;

  private static final int LEAST_FUSED_WIDTH = 512;

  private final Ops tf;
  private final Variables variables;
  private final LayerMode mode;
  private final String scope;
  private final List<Op> updates;

  /**
   * @param scope the first part of the variables' names, such as {@code image}
   */
  public Layers(Ops tf, Variables variables, LayerMode mode, String scope) {
    this(tf, variables, mode, scope, new ArrayList<>());
  }

  private Layers(Ops tf, Variables variables, LayerMode mode, String scope, List<Op> updates) {
    this.tf = tf;
    this.variables = variables;
    this.mode = mode;
    this.scope = scope;
    this.updates = updates;
  }

  /** The same, with names one level deeper. */
  public Layers in(Object name) {
    return new Layers(tf, variables, mode, scope + "/" + name, updates);
  }

  /** The graph's operations, for what has no verb here. */
  public Ops tf() {
    return tf;
  }

  /** What must run with each training step besides the optimizer: batch norm's statistics. */
  public List<Op> updates() {
    return List.copyOf(updates);
  }

  /** A learned matrix or kernel, which weight decay shrinks. */
  public Operand<TFloat32> weight(String name, Shape shape) {
    return variable(name, shape, Role.WEIGHT, truncatedNormal(name)).value();
  }

  /** A learned table that weight decay leaves alone: position and class embeddings. */
  public Operand<TFloat32> undecayed(String name, Shape shape) {
    return variable(name, shape, Role.UNDECAYED, truncatedNormal(name)).value();
  }

  /** A learned scalar, not decayed. */
  public Operand<TFloat32> scalar(String name, double first) {
    return variable(name, Shape.scalar(), Role.UNDECAYED, new Constant<>(first)).value();
  }

  /**
   * x W + b.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  public Operand<TFloat32> dense(String name, Operand<? extends TNumber> x, long in, long out) {
    return bias(name, denseWithoutBias(name, x, in, out), out);
  }

  /**
   * f(x W + b), for a product to take.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  public Operand<? extends TNumber> activatedDense(
      Activation activation, String name, Operand<? extends TNumber> x, long in, long out) {
    return isFused(in)
        ? FusedLayers.activate(
            tf, activation, product(name, x, in, out), zeros(name + "/bias", out))
        : activate(activation, dense(name, x, in, out));
  }

  /**
   * x W + b, for a product to take.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  Operand<? extends TNumber> denseForProduct(
      String name, Operand<? extends TNumber> x, long in, long out) {
    return isFused(in)
        ? FusedLayers.bias(tf, product(name, x, in, out), zeros(name + "/bias", out))
        : dense(name, x, in, out);
  }

  /** x W. */
  private Operand<TBfloat16> product(String name, Operand<? extends TNumber> x, long in, long out) {
    return tf.linalg.matMul(asBfloat16(x), asBfloat16(weight(name + "/kernel", Shape.of(in, out))));
  }

  /**
   * x W.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  public Operand<TFloat32> denseWithoutBias(
      String name, Operand<? extends TNumber> x, long in, long out) {
    return matMul(x, weight(name + "/kernel", Shape.of(in, out)));
  }

  /**
   * x + b.
   *
   * @param x [..., width]
   */
  public Operand<TFloat32> bias(String name, Operand<TFloat32> x, long width) {
    return tf.nn.biasAdd(x, zeros(name + "/bias", width));
  }

  /**
   * The matrix product.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   */
  public Operand<TFloat32> matMul(Operand<? extends TNumber> a, Operand<? extends TNumber> b) {
    return mode.bfloat16()
        ? asFloat(tf.linalg.matMul(asBfloat16(a), asBfloat16(b)))
        : tf.linalg.matMul(asFloat(a), asFloat(b));
  }

  /** The type that a tower of convolutions keeps its activations in. */
  public boolean bfloat16() {
    return mode.bfloat16();
  }

  /**
   * Layer normalization over the last dimension (Ba et al. 2016).
   *
   * @param x [..., width]
   */
  public Operand<TFloat32> layerNorm(String name, Operand<TFloat32> x, long width, double epsilon) {
    Operand<TFloat32> scale = ones(name + "/scale", width);
    Operand<TFloat32> offset = zeros(name + "/offset", width);
    return isFused(width)
        ? FusedLayers.layerNorm(tf, x, scale, offset, epsilon)
        : layerNorm(tf, x, scale, offset, epsilon);
  }

  /**
   * The same, for a product to take.
   *
   * @param x [rows, width]
   */
  Operand<? extends TNumber> layerNormForProduct(
      String name, Operand<TFloat32> x, long width, double epsilon) {
    return isFused(width)
        ? FusedLayers.layerNormForProduct(
            tf, x, ones(name + "/scale", width), zeros(name + "/offset", width), epsilon)
        : layerNorm(name, x, width, epsilon);
  }

  static Operand<TFloat32> layerNorm(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> scale,
      Operand<TFloat32> offset,
      double epsilon) {
    Operand<TFloat32> normalized = Normalized.of(tf, x, epsilon).value();
    return tf.math.add(tf.math.mul(normalized, scale), offset);
  }

  /**
   * Rows of a learned table.
   *
   * @param ids [batch, tokens]
   * @return [batch, tokens, width]
   */
  public Operand<TFloat32> embedding(String name, Operand<TInt32> ids, long rows, long width) {
    // A gather from the read value: ResourceGather has no gradient.
    return tf.gather(
        weight(name, Shape.of(rows, width)), ids, tf.constant(0), new Gather.Options[0]);
  }

  /**
   * Sets each value to 0 with probability {@code rate} and scales up the rest; only in training.
   */
  public Operand<TFloat32> dropout(String name, Operand<TFloat32> x, double rate) {
    return isOff(rate) ? x : randomly(name).dropValues(x, rate);
  }

  /**
   * Sets all of an example to 0 with probability {@code rate} and scales up the rest; only in
   * training. On the branch of a residual block this leaves the block out (Huang et al. 2016).
   *
   * @param x [batch, tokens, hidden]
   */
  public Operand<TFloat32> dropPath(String name, Operand<TFloat32> x, double rate) {
    return isOff(rate) ? x : randomly(name).dropExamples(x, rate);
  }

  /**
   * Leaves out the share {@code rate} of each example's patches, others for each; only in training
   * (FLIP, Li et al. 2023).
   *
   * @param patches [batch, count, hidden]
   * @return [batch, kept, hidden], in no particular order; at least one is kept
   */
  public Operand<TFloat32> dropPatches(
      String name, Operand<TFloat32> patches, int count, double rate) {
    return isOff(rate)
        ? patches
        : randomly(name)
            .keepPatches(patches, count, (int) Math.max(1, Math.round(count * (1 - rate))));
  }

  /** Compiling takes seconds at the first step, which a small model does not win back. */
  private boolean isFused(long width) {
    return mode.bfloat16()
        && mode.step() != null
        && width >= LEAST_FUSED_WIDTH
        && FusedFunction.available();
  }

  private boolean isOff(double rate) {
    return rate == 0 || !mode.learns().test(scope);
  }

  private Dropout randomly(String name) {
    return new Dropout(tf, seed(name), mode.step());
  }

  public Operand<TFloat32> activate(Activation activation, Operand<TFloat32> x) {
    return activation.apply(tf, x);
  }

  Operand<TFloat32> zeros(String name, long size) {
    return variable(name, Shape.of(size), Role.UNDECAYED, new Zeros<>()).value();
  }

  Operand<TFloat32> ones(String name, long size) {
    return variable(name, Shape.of(size), Role.UNDECAYED, new Ones<>()).value();
  }

  /** The variable of that name under the current one. */
  Variable variable(String name, Shape shape, Role role, Initializer<TFloat32> initializer) {
    return variables.variable(scope + "/" + name, shape, role, initializer);
  }

  /** Has an operation run with each training step. */
  void update(Op operation) {
    updates.add(operation);
  }

  /** Whether something learns under a name. */
  boolean learns(String name) {
    return mode.learns().test(scope + "/" + name);
  }

  /** A seed for the first value of a variable or for what is dropped. */
  long seed(String name) {
    return variables.seedFor(scope + "/" + name);
  }

  private Initializer<TFloat32> truncatedNormal(String name) {
    return new TruncatedNormal<>(0, INITIAL_DEVIATION, seed(name));
  }

  private Operand<TBfloat16> asBfloat16(Operand<? extends TNumber> x) {
    return cast(x, TBfloat16.class);
  }

  private Operand<TFloat32> asFloat(Operand<? extends TNumber> x) {
    return cast(x, TFloat32.class);
  }

  /** The same values in another type; the operand itself where it has the type already. */
  @SuppressWarnings("unchecked")
  public <T extends TNumber> Operand<T> cast(Operand<? extends TNumber> x, Class<T> type) {
    return x.type() == type ? (Operand<T>) x : tf.dtypes.cast(x, type);
  }
}
