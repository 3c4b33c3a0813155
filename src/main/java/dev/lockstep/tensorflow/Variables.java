package dev.lockstep.tensorflow;

import com.google.common.hash.Hashing;
import dev.lockstep.tensorflow.Variable.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Empty;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * The variables of one graph, by name. They are resource variables: TensorFlow-Java's own {@code
 * Session.save} and optimizers pass those over without a word, hence {@link CheckpointFile} and
 * {@link AdamW}.
 */
public final class Variables {
  private final Ops tf;
  private final long seed;
  private final Class<? extends TFloating> stored;
  private final Map<String, Variable> byName = new LinkedHashMap<>();
  private Operand<TInt64> zero;

  /**
   * @param seed from which, with its name, each variable's first value is drawn
   */
  public Variables(Ops tf, long seed) {
    this(tf, seed, TFloat32.class);
  }

  private Variables(Ops tf, long seed, Class<? extends TFloating> stored) {
    this.tf = tf;
    this.seed = seed;
    this.stored = stored;
  }

  /** Variables that are kept in another type, and computed with in float32; not to be trained. */
  public static Variables storedAs(Class<? extends TFloating> type, Ops tf) {
    return new Variables(tf, 0, type);
  }

  /**
   * The variable of that name, made at the first call. A tower that is built twice into one graph,
   * for training and for evaluation, so shares its variables.
   *
   * @throws IllegalArgumentException if it exists with another shape
   */
  public Variable variable(String name, Shape shape, Role role, Initializer<TFloat32> initializer) {
    Variable known = byName.get(name);
    if (known == null) {
      known = create(name, shape, role, initializer);
      byName.put(name, known);
    } else if (!known.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "variable " + name + " has shape " + known.shape() + ", asked for with " + shape);
    }
    return known;
  }

  private Variable create(String name, Shape shape, Role role, Initializer<TFloat32> initializer) {
    // Names of operations may not hold a slash; the shared name is the one that checkpoints use.
    String operation = name.replace('/', '.');
    VarHandleOp handle =
        tf.withName(operation).varHandleOp(stored, shape, VarHandleOp.sharedName(name));
    Operand<TFloat32> first = initializer.call(tf, dimensions(shape), TFloat32.class);
    return new Variable(
        name,
        shape,
        role,
        stored,
        handle,
        Variable.read(tf.withName(operation + ".value"), handle, stored),
        tf.withName(operation + ".initialize")
            .assignVariableOp(
                handle, stored == TFloat32.class ? first : tf.dtypes.cast(first, stored)));
  }

  /**
   * TensorFlow computes what depends on constants alone when it optimises the graph, and keeps it
   * as long as the session: first values would be in memory a second time. A sum with what an
   * operation gives that counts as having a state is no constant.
   */
  private Operand<TInt64> dimensions(Shape shape) {
    if (zero == null) {
      zero = tf.empty(tf.constant(new int[0]), TInt64.class, Empty.init(true));
    }
    return tf.math.add(tf.constant(shape.asArray()), zero);
  }

  /** A seed for the first value of a variable: the same in every graph, another for each name. */
  public long seedFor(String name) {
    return Hashing.murmur3_128((int) seed)
        .hashString(seed + ":" + name, StandardCharsets.UTF_8)
        .asLong();
  }

  /**
   * @throws IllegalArgumentException if there is none
   */
  public Variable get(String name) {
    Variable variable = byName.get(name);
    if (variable == null) {
      throw new IllegalArgumentException("there is no variable " + name);
    }
    return variable;
  }

  /** In the order in which they were made. */
  public Collection<Variable> all() {
    return List.copyOf(byName.values());
  }

  /** Those that training may change, in the order in which they were made. */
  public List<Variable> trainable() {
    return byName.values().stream().filter(Variable::trainable).toList();
  }

  /** Gives every variable made so far its first value. */
  public Op initializer() {
    List<Op> all = new ArrayList<>();
    byName.values().forEach(v -> all.add(v.initializer()));
    return tf.withControlDependencies(all).noOp();
  }
}
