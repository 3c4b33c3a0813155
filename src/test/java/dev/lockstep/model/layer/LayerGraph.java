package dev.lockstep.model.layer;

import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Some layers in a graph of their own, with a session to evaluate them in. */
final class LayerGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final VariableValues values;
  private final Layers layers;
  private final Operand<TFloat32> output;
  private final List<Output<?>> gradients = new ArrayList<>();

  private LayerGraph(
      Function<Ops, LayerMode> mode, Function<Layers, Operand<TFloat32>> build, float[] weights) {
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, 0);
    layers = new Layers(tf, variables, mode.apply(tf), "image");
    output = build.apply(layers);
    if (weights != null) {
      Operand<TFloat32> sum =
          tf.sum(
              tf.math.mul(tf.reshape(output, tf.constant(new int[] {-1})), tf.constant(weights)),
              tf.constant(0));
      Output<?>[] learned =
          variables.trainable().stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
      gradients.addAll(
          List.of(graph.addGradients("d", new Output<?>[] {sum.asOutput()}, learned, null)));
    }
    values = new VariableValues(tf, variables.all());
    session = new Session(graph);
    session.runner().addTarget(variables.initializer()).run().close();
  }

  /** As in training at a step. */
  static LayerGraph training(long step, Function<Layers, Operand<TFloat32>> build) {
    return new LayerGraph(tf -> LayerMode.training(tf.constant(step), false), build, null);
  }

  static LayerGraph evaluation(Function<Layers, Operand<TFloat32>> build) {
    return new LayerGraph(tf -> LayerMode.evaluation(false), build, null);
  }

  /**
   * Either, with the gradients of the weighted sum of the outputs.
   *
   * @param weights one for each output
   */
  static LayerGraph differentiated(
      boolean training, Function<Layers, Operand<TFloat32>> build, float[] weights) {
    return new LayerGraph(
        tf -> training ? LayerMode.training(tf.constant(3L), false) : LayerMode.evaluation(false),
        build,
        weights);
  }

  Map<String, float[]> variables() {
    return values.get(session);
  }

  void set(Map<String, float[]> newValues) {
    values.set(session, newValues);
  }

  float[] output() {
    try (Result result = session.runner().fetch(output).run()) {
      return VariableValues.floats((TFloat32) result.get(0));
    }
  }

  /** Those of the learned variables, in the order in which they were made. */
  List<float[]> gradients() {
    Session.Runner runner = session.runner();
    gradients.forEach(runner::fetch);
    List<float[]> fetched = new ArrayList<>();
    try (Result result = runner.run()) {
      for (int i = 0; i < gradients.size(); i++) {
        fetched.add(VariableValues.floats((TFloat32) result.get(i)));
      }
    }
    return fetched;
  }

  /** Runs what a training step would run besides the optimizer. */
  void update() {
    Session.Runner runner = session.runner();
    layers.updates().forEach(runner::addTarget);
    runner.run().close();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
