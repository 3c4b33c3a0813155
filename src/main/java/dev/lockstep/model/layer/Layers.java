package dev.lockstep.model.layer;

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
import org.tensorflow.framework.initializers.VarianceScaling;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
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

  /** PyTorch's default: how much of each batch's statistics enters the running ones. */
  private static final float BATCH_NORM_MOMENTUM = 0.1f;

  private static final float BATCH_NORM_EPSILON = 1e-5f;

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
    return variable(name, shape, Role.WEIGHT, truncatedNormal(name));
  }

  /** A learned table that weight decay leaves alone: position and class embeddings. */
  public Operand<TFloat32> undecayed(String name, Shape shape) {
    return variable(name, shape, Role.UNDECAYED, truncatedNormal(name));
  }

  /** A learned scalar, not decayed. */
  public Operand<TFloat32> scalar(String name, double first) {
    return variable(name, Shape.scalar(), Role.UNDECAYED, new Constant<>(first));
  }

  /**
   * x W + b.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  public Operand<TFloat32> dense(String name, Operand<TFloat32> x, long in, long out) {
    return tf.nn.biasAdd(denseWithoutBias(name, x, in, out), zeros(name + "/bias", out));
  }

  /**
   * x W.
   *
   * @param x [rows, in]
   * @return [rows, out]
   */
  public Operand<TFloat32> denseWithoutBias(String name, Operand<TFloat32> x, long in, long out) {
    return matMul(x, weight(name + "/kernel", Shape.of(in, out)));
  }

  /**
   * The matrix product.
   *
   * @param a [rows, inner]
   * @param b [inner, columns]
   */
  public Operand<TFloat32> matMul(Operand<TFloat32> a, Operand<TFloat32> b) {
    return mode.bfloat16()
        ? asFloat(tf.linalg.matMul(asBfloat16(a), asBfloat16(b)))
        : tf.linalg.matMul(a, b);
  }

  /** An Einstein sum of two tensors, such as {@code bqhd,bkhd->bhqk}. */
  public Operand<TFloat32> einsum(String equation, Operand<TFloat32> a, Operand<TFloat32> b) {
    return mode.bfloat16()
        ? asFloat(tf.linalg.einsum(List.of(asBfloat16(a), asBfloat16(b)), equation))
        : tf.linalg.einsum(List.of(a, b), equation);
  }

  /** The type that a tower of convolutions keeps its activations in. */
  public boolean bfloat16() {
    return mode.bfloat16();
  }

  /**
   * A square convolution without bias.
   *
   * @param x [batch, height, width, in]
   * @param padding zeros on each side: half the size, or 0 for patches
   * @return [batch, height', width', out]
   */
  public <T extends TNumber> Operand<T> convolution(
      String name, Operand<T> x, long in, long out, long size, long stride, long padding) {
    Operand<TFloat32> kernel =
        variable(
            name + "/kernel",
            Shape.of(size, size, in, out),
            Role.WEIGHT,
            new VarianceScaling<>(
                2.0,
                VarianceScaling.Mode.FAN_OUT,
                VarianceScaling.Distribution.TRUNCATED_NORMAL,
                seed(name)));
    // TensorFlow pads unevenly where the stride is 2, and its gradient loses explicit paddings.
    boolean even = padding == 0 || stride == 1;
    return tf.nn.conv2d(
        even ? x : padded(x, (int) padding),
        cast(kernel, x.type()),
        List.of(1L, stride, stride, 1L),
        even && padding > 0 ? "SAME" : "VALID");
  }

  private <T extends TNumber> Operand<T> padded(Operand<T> x, int padding) {
    int[] sides = {padding, padding};
    int[] none = {0, 0};
    return tf.pad(
        x,
        tf.constant(new int[][] {none, sides, sides, none}),
        tf.dtypes.cast(tf.constant(0f), x.type()));
  }

  /**
   * Layer normalization over the last dimension (Ba et al. 2016).
   *
   * @param x [rows, width]
   */
  public Operand<TFloat32> layerNorm(String name, Operand<TFloat32> x, long width, double epsilon) {
    Operand<TInt32> last = tf.constant(-1);
    Operand<TFloat32> centred = tf.math.sub(x, tf.math.mean(x, last, Mean.keepDims(true)));
    Operand<TFloat32> variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    Operand<TFloat32> deviation =
        tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    return tf.math.add(
        tf.math.mul(tf.math.mul(centred, deviation), ones(name + "/scale", width)),
        zeros(name + "/offset", width));
  }

  /**
   * Batch normalization (Ioffe & Szegedy 2015): by the batch's statistics in training, by the
   * running ones otherwise.
   *
   * @param x [batch, height, width, channels]
   */
  public <T extends TNumber> Operand<T> batchNorm(String name, Operand<T> x, long channels) {
    Operand<TFloat32> scale = ones(name + "/scale", channels);
    Operand<TFloat32> offset = zeros(name + "/offset", channels);
    Variable runningMean = state(name + "/running-mean", channels, new Zeros<>());
    Variable runningVariance = state(name + "/running-variance", channels, new Ones<>());
    if (!mode.training()) {
      Operand<TFloat32> factor =
          tf.math.mul(
              scale,
              tf.math.rsqrt(tf.math.add(runningVariance.value(), tf.constant(BATCH_NORM_EPSILON))));
      Operand<TFloat32> shift = tf.math.sub(offset, tf.math.mul(runningMean.value(), factor));
      return cast(tf.math.add(tf.math.mul(cast(x, TFloat32.class), factor), shift), x.type());
    }
    FusedBatchNorm<T, TFloat32> normalized =
        tf.nn.fusedBatchNorm(
            x,
            scale,
            offset,
            tf.constant(new float[0]),
            tf.constant(new float[0]),
            FusedBatchNorm.isTraining(true),
            FusedBatchNorm.epsilon(BATCH_NORM_EPSILON));
    follow(runningMean, normalized.batchMean());
    follow(runningVariance, normalized.batchVariance());
    return normalized.y();
  }

  private void follow(Variable running, Operand<TFloat32> ofBatch) {
    updates.add(
        tf.assignSubVariableOp(
            running.handle(),
            tf.math.mul(tf.math.sub(running.value(), ofBatch), tf.constant(BATCH_NORM_MOMENTUM))));
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
    if (!mode.training() || rate == 0) {
      return x;
    }
    // By place and step alone, so that a restarted training drops the same values.
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.shape(x), tf.stack(List.of(tf.constant(seed(name)), mode.step())), TFloat32.class);
    Operand<TFloat32> kept =
        tf.dtypes.cast(tf.math.greaterEqual(uniform, tf.constant((float) rate)), TFloat32.class);
    return tf.math.mul(x, tf.math.mul(kept, tf.constant((float) (1 / (1 - rate)))));
  }

  public Operand<TFloat32> activate(Activation activation, Operand<TFloat32> x) {
    return activation.apply(tf, x);
  }

  private Variable state(String name, long size, Initializer<TFloat32> initializer) {
    return variables.variable(scope + "/" + name, Shape.of(size), Role.STATE, initializer);
  }

  private Operand<TFloat32> zeros(String name, long size) {
    return variable(name, Shape.of(size), Role.UNDECAYED, new Zeros<>());
  }

  private Operand<TFloat32> ones(String name, long size) {
    return variable(name, Shape.of(size), Role.UNDECAYED, new Ones<>());
  }

  private Operand<TFloat32> variable(
      String name, Shape shape, Role role, Initializer<TFloat32> initializer) {
    return variables.variable(scope + "/" + name, shape, role, initializer).value();
  }

  private Initializer<TFloat32> truncatedNormal(String name) {
    return new TruncatedNormal<>(0, INITIAL_DEVIATION, seed(name));
  }

  private long seed(String name) {
    return variables.seedFor(scope + "/" + name);
  }

  private Operand<TBfloat16> asBfloat16(Operand<TFloat32> x) {
    return cast(x, TBfloat16.class);
  }

  private Operand<TFloat32> asFloat(Operand<TBfloat16> x) {
    return cast(x, TFloat32.class);
  }

  /** The same values in another type; the operand itself where it has the type already. */
  @SuppressWarnings("unchecked")
  public <T extends TNumber> Operand<T> cast(Operand<? extends TNumber> x, Class<T> type) {
    return x.type() == type ? (Operand<T>) x : tf.dtypes.cast(x, type);
  }
}
