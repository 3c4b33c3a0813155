package dev.lockstep.tensorflow;

import com.google.common.collect.ImmutableList;
import dev.lockstep.tensorflow.Variable.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * AdamW (Loshchilov & Hutter 2019: weight decay apart from the gradient), for any part of a graph's
 * variables. Agrees with {@code torch.optim.AdamW}. Several steps, one for each stage, share the
 * slots; a variable's bias correction counts only the steps that changed it.
 */
public final class AdamW {
  /**
   * @param clip the largest global norm of the gradients; 0 does not clip
   */
  public record Options(double beta1, double beta2, double epsilon, double clip) {}

  /**
   * How one variable takes part in a step.
   *
   * @param learningRate a scalar
   * @param weightDecay the share of the variable, times the learning rate, that is taken away; only
   *     of one whose role is {@link Role#WEIGHT}
   */
  public record Update(Variable variable, Operand<TFloat32> learningRate, double weightDecay) {}

  /**
   * A step as operations of the graph.
   *
   * @param apply changes the variables
   * @param updates those that take part: the loss depends on their variables
   * @param gradients what is applied of each, after clipping, in the order of the updates
   * @param squaredNorms of each variable's gradient before clipping, in the order of the updates
   * @param globalNorm of all gradients together, before clipping
   */
  public record Step(
      Op apply,
      List<Update> updates,
      List<Operand<TFloat32>> gradients,
      List<Operand<TFloat32>> squaredNorms,
      Operand<TFloat32> globalNorm) {}

  /** How many variables a step changes at a time. */
  private static final int CHANGED_AT_ONCE = 8;

  private static final String COUNTS = "optimizer/update-counts";

  private final Graph graph;
  private final Ops tf;
  private final Variables variables;
  private final ImmutableList<Variable> learned;
  private final Variable counts;

  /** To be made when the model's variables are complete: their order is part of the checkpoint. */
  public AdamW(Graph graph, Ops tf, Variables variables) {
    this.graph = graph;
    this.tf = tf;
    this.variables = variables;
    this.learned = ImmutableList.copyOf(variables.trainable());
    this.counts = variables.variable(COUNTS, Shape.of(learned.size()), Role.STATE, new Zeros<>());
    for (Variable variable : learned) {
      slot(variable, "mean");
      slot(variable, "variance");
    }
  }

  /**
   * One step down the gradient of {@code loss}.
   *
   * @param wanted the variables to change; those that the loss does not depend on are left out, and
   *     all others stay as they are, bit for bit
   * @param after operations that must have run before any variable changes
   * @throws IllegalArgumentException if the loss depends on none of the variables
   */
  public Step step(
      String name, Operand<TFloat32> loss, List<Update> wanted, Options options, List<Op> after) {
    Map<Variable, Operand<TFloat32>> gradients =
        gradients(name, List.of(loss), List.of(), wanted.stream().map(Update::variable).toList());
    if (gradients.isEmpty()) {
      throw new IllegalArgumentException(
          "the loss of " + name + " depends on none of the variables that are to learn");
    }
    return step(wanted, gradients, options, after);
  }

  /**
   * One step down gradients that are known.
   *
   * @param wanted the variables to change; those without a gradient are left out
   * @param after operations that must have run before any variable changes
   */
  public Step step(
      List<Update> wanted,
      Map<Variable, Operand<TFloat32>> gradients,
      Options options,
      List<Op> after) {
    List<Update> updates =
        wanted.stream().filter(update -> gradients.containsKey(update.variable())).toList();
    List<Operand<TFloat32>> ofUpdates =
        updates.stream().<Operand<TFloat32>>map(u -> gradients.get(u.variable())).toList();
    List<Operand<TFloat32>> squaredNorms = new ArrayList<>();
    for (Operand<TFloat32> gradient : ofUpdates) {
      squaredNorms.add(tf.math.mul(tf.nn.l2Loss(gradient), tf.constant(2f)));
    }
    Operand<TFloat32> globalNorm = tf.math.sqrt(sum(tf, squaredNorms));
    List<Operand<TFloat32>> applied = clipped(ofUpdates, globalNorm, options.clip());
    return new Step(
        apply(updates, applied, options, after), updates, applied, squaredNorms, globalNorm);
  }

  /** Several steps, each of other variables, as one. */
  public static Step together(Ops tf, List<Step> steps) {
    List<Update> updates = steps.stream().flatMap(step -> step.updates().stream()).toList();
    List<Operand<TFloat32>> squaredNorms =
        steps.stream().flatMap(step -> step.squaredNorms().stream()).toList();
    return new Step(
        tf.withControlDependencies(steps.stream().map(Step::apply).toList()).noOp(),
        updates,
        steps.stream().flatMap(step -> step.gradients().stream()).toList(),
        squaredNorms,
        tf.math.sqrt(sum(tf, squaredNorms)));
  }

  /**
   * The sum of scalars, always added in the same order. TensorFlow's AddN begins with whichever of
   * its inputs nobody else is using at that moment, so that its last bits differ from run to run.
   */
  public static Operand<TFloat32> sum(Ops tf, List<Operand<TFloat32>> scalars) {
    return tf.sum(tf.stack(scalars), tf.constant(0));
  }

  /**
   * Gradients as {@link Gradients} has them, by variable: those of the variables that the values
   * depend on.
   */
  public Map<Variable, Operand<TFloat32>> gradients(
      String name,
      List<Operand<TFloat32>> values,
      List<Operand<TFloat32>> weights,
      List<Variable> of) {
    List<Operand<TFloat32>> all =
        Gradients.of(
            graph,
            name,
            values,
            weights,
            of.stream().<Operand<TFloat32>>map(Variable::value).toList());
    Map<Variable, Operand<TFloat32>> gradients = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) != null) {
        gradients.put(of.get(i), all.get(i));
      }
    }
    return gradients;
  }

  private List<Operand<TFloat32>> clipped(
      List<Operand<TFloat32>> gradients, Operand<TFloat32> globalNorm, double clip) {
    if (clip == 0) {
      return gradients;
    }
    // As torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm.
    Operand<TFloat32> factor =
        tf.math.minimum(
            tf.math.div(tf.constant((float) clip), tf.math.add(globalNorm, tf.constant(1e-6f))),
            tf.constant(1f));
    List<Operand<TFloat32>> result = new ArrayList<>();
    gradients.forEach(g -> result.add(tf.math.mul(g, factor)));
    return result;
  }

  private Op apply(
      List<Update> updates, List<Operand<TFloat32>> gradients, Options options, List<Op> after) {
    List<Op> before = new ArrayList<>(after);
    before.addAll(gradients);
    // One operation to wait for: edges from each gradient to each change would be by far the most
    // of a graph, and a graph's size is what its first steps cost.
    Ops ready = tf.withControlDependencies(List.of(tf.withControlDependencies(before).noOp()));
    Op counted = ready.assignAddVariableOp(counts.handle(), mask(updates));
    Operand<TFloat32> times =
        tf.withControlDependencies(List.of(counted))
            .readVariableOp(counts.handle(), TFloat32.class);
    Operand<TFloat32> beta1 = tf.constant((float) options.beta1());
    Operand<TFloat32> beta2 = tf.constant((float) options.beta2());
    Operand<TFloat32> powersOfBeta2 = tf.math.pow(beta2, times);
    List<Operand<TFloat32>> beta1Powers = byVariable(tf.math.pow(beta1, times));
    List<Operand<TFloat32>> beta2Powers = byVariable(powersOfBeta2);
    List<Operand<TFloat32>> epsilons = byVariable(epsilon(options.epsilon(), powersOfBeta2));

    List<Op> changes = new ArrayList<>();
    for (int i = 0; i < updates.size(); i++) {
      Variable variable = updates.get(i).variable();
      Operand<TFloat32> learningRate = updates.get(i).learningRate();
      // In turn, or the shares that decay takes away would all be in memory at once.
      Ops turn =
          i < CHANGED_AT_ONCE
              ? ready
              : tf.withControlDependencies(List.of(changes.get(i - CHANGED_AT_ONCE)));
      Ops then = turn;
      double decay = updates.get(i).weightDecay();
      if (decay > 0 && variable.role() == Role.WEIGHT) {
        // A scatter would scale the rows in place, but makes every read of the variable a copy from
        // then on.
        Operand<TFloat32> share = tf.math.mul(learningRate, tf.constant((float) decay));
        Op decayed =
            turn.assignSubVariableOp(variable.handle(), turn.math.mul(variable.read(turn), share));
        then = tf.withControlDependencies(List.of(decayed));
      }
      int index = learned.indexOf(variable);
      changes.add(
          then.train.resourceApplyAdam(
              variable.handle(),
              slot(variable, "mean").handle(),
              slot(variable, "variance").handle(),
              beta1Powers.get(index),
              beta2Powers.get(index),
              learningRate,
              beta1,
              beta2,
              epsilons.get(index),
              gradients.get(i)));
    }
    return tf.withControlDependencies(changes).noOp();
  }

  /**
   * TensorFlow divides by {@code sqrt(v) + e} and scales by {@code sqrt(1 - beta2^t)} afterwards,
   * the paper by {@code sqrt(v / (1 - beta2^t)) + e}; they are the same for {@code e = epsilon *
   * sqrt(1 - beta2^t)}.
   */
  private Operand<TFloat32> epsilon(double epsilon, Operand<TFloat32> powersOfBeta2) {
    return tf.math.mul(
        tf.constant((float) epsilon), tf.math.sqrt(tf.math.sub(tf.constant(1f), powersOfBeta2)));
  }

  /**
   * One scalar for each learned variable.
   *
   * @param all [learned variables]
   */
  private List<Operand<TFloat32>> byVariable(Operand<TFloat32> all) {
    return ImmutableList.copyOf(tf.unstack(all, (long) learned.size()).output());
  }

  private Operand<TFloat32> mask(List<Update> updates) {
    float[] mask = new float[learned.size()];
    updates.forEach(u -> mask[learned.indexOf(u.variable())] = 1);
    return tf.constant(mask);
  }

  private Variable slot(Variable variable, String kind) {
    return variables.variable(
        "optimizer/" + kind + "/" + variable.name(), variable.shape(), Role.STATE, new Zeros<>());
  }

  /** Whether a variable belongs to an optimizer and not to the model. */
  public static boolean owns(Variable variable) {
    return variable.name().startsWith("optimizer/");
  }
}
