package dev.lockstep.train;

import com.google.common.primitives.Floats;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.tensorflow.GradientSums;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * GradCache (Gao et al. 2021, section 3.2): a step down the loss of the whole batch in the memory
 * of a part. The towers give what the loss needs of each part and forget how they came by it; the
 * loss of the whole batch gives its gradients to that; the towers go over each part once more, in
 * the same way, and carry those gradients on to their variables.
 */
final class CachedFeatureGraph implements StepGraph {
  /**
   * What the towers make of a batch, in two forms.
   *
   * @param ofPart of the part whose number is fed, as the towers compute it
   * @param whole of the whole batch, to be fed
   */
  record Cached(Operand<TFloat32> ofPart, Placeholder<TFloat32> whole) {

    static Cached of(Ops tf, Operand<TFloat32> ofPart) {
      long width = ofPart.shape().get(ofPart.shape().numDimensions() - 1);
      return new Cached(
          ofPart,
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, width))));
    }
  }

  /**
   * The loss of the whole batch.
   *
   * @param numbers loss, floor, chance and the factor on the similarities
   * @param gradients to what it depends on of what is cached
   * @param ofVariables to variables that the loss uses itself
   */
  record WholeLoss(
      Operand<TFloat32> numbers,
      List<Operand<TFloat32>> gradients,
      Map<Variable, Operand<TFloat32>> ofVariables) {}

  private final BatchParts parts;
  private final List<Cached> cached;
  private final WholeLoss loss;
  private final WarmUp warmUp;
  private final List<Placeholder<TFloat32>> weights;
  private final Op clear;
  private final Op addOfLoss;
  private final Op addOfPart;
  private final SummedStep step;
  private final StepSignals signals;

  /**
   * @param cached what is kept of each part
   * @param weights the gradients of the loss, in its order, to be fed
   * @param gradients of the part whose number is fed
   * @param signals of the whole batch
   */
  CachedFeatureGraph(
      BatchParts parts,
      List<Cached> cached,
      WholeLoss loss,
      List<Placeholder<TFloat32>> weights,
      Map<Variable, Operand<TFloat32>> gradients,
      GradientSums sums,
      SummedStep step,
      StepSignals signals) {
    this.parts = parts;
    this.cached = cached;
    this.loss = loss;
    this.warmUp = new WarmUp(List.copyOf(gradients.values()));
    this.weights = weights;
    this.step = step;
    this.signals = signals;
    clear = sums.clear();
    addOfLoss = sums.add(loss.ofVariables(), List.of());
    addOfPart = sums.add(gradients, List.of());
  }

  /** The whole batch as its parts left it. */
  static Encoded encoded(Ops tf, DualEncoder model, List<Cached> cached) {
    return new Encoded(
        cached.get(0).whole(),
        cached.get(1).whole(),
        cached.get(2).whole(),
        cached.get(3).whole(),
        DualEncoder.unit(tf, cached.get(2).whole()),
        DualEncoder.unit(tf, cached.get(3).whole()),
        model.logitScale(),
        List.of());
  }

  /** What is kept of each part. */
  static List<Cached> cached(Ops tf, Encoded part) {
    return List.of(
        Cached.of(tf, part.imageFeatures()),
        Cached.of(tf, part.textFeatures()),
        Cached.of(tf, part.imageProjection()),
        Cached.of(tf, part.textProjection()));
  }

  @Override
  public Map<String, Long> trainedParameters() {
    return step.norms().parameters();
  }

  @Override
  public List<Op> targets() {
    return List.of();
  }

  @Override
  public void warmUp(Session session, StepInputs inputs) {
    warmUp.run(
        session,
        inputs,
        runner -> {
          List<Tensor> fed = new ArrayList<>(List.of(parts.feedNumber(runner, 0)));
          for (Placeholder<TFloat32> weight : weights) {
            long width = weight.shape().get(1);
            float[] zeros = new float[Math.toIntExact(parts.pairs() * width)];
            Shape shape = Shape.of(parts.pairs(), width);
            TFloat32 value = TFloat32.tensorOf(shape, DataBuffers.of(zeros));
            runner.feed(weight, value);
            fed.add(value);
          }
          return fed;
        });
  }

  @Override
  public Measured step(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      boolean withSignals) {
    Map<String, Double> measured = new LinkedHashMap<>();
    double wait;
    float[] numbers;
    session.run(clear);
    try (BatchParts.Held batch = parts.read(session)) {
      wait = batch.waitSeconds();
      List<Tensor> features = features(session, inputs, stepNumber, batch);
      try (Result result = loss(session, batch, features, withSignals)) {
        numbers = VariableValues.floats((TFloat32) result.get(0));
        if (withSignals) {
          measured.putAll(signals.read(result.get(1 + loss.gradients().size())));
        }
        for (int part = 0; part < parts.count(); part++) {
          backward(session, inputs, stepNumber, batch, part, result);
        }
      } finally {
        features.forEach(Tensor::close);
      }
    }
    Map<String, Double> norms =
        step.run(session, inputs, stepNumber, learningRates, withSignals ? measured : null);
    return new Measured(numbers[0], numbers[1], numbers[2], numbers[3], wait, norms, measured);
  }

  /** What is cached, each for the whole batch. */
  private List<Tensor> features(
      Session session, StepInputs inputs, long stepNumber, BatchParts.Held batch) {
    List<List<float[]>> ofParts = new ArrayList<>();
    cached.forEach(c -> ofParts.add(new ArrayList<>()));
    for (int part = 0; part < parts.count(); part++) {
      Session.Runner runner = session.runner();
      cached.forEach(c -> runner.fetch(c.ofPart()));
      List<Tensor> fed = inputs.feed(runner, stepNumber, Map.of());
      try (Tensor number = batch.feed(runner, part);
          Result result = runner.run()) {
        for (int i = 0; i < cached.size(); i++) {
          ofParts.get(i).add(VariableValues.floats((TFloat32) result.get(i)));
        }
      } finally {
        fed.forEach(Tensor::close);
      }
    }
    List<Tensor> whole = new ArrayList<>();
    for (int i = 0; i < cached.size(); i++) {
      float[] all = Floats.concat(ofParts.get(i).toArray(float[][]::new));
      long width = cached.get(i).whole().shape().get(1);
      whole.add(TFloat32.tensorOf(Shape.of(all.length / width, width), DataBuffers.of(all)));
    }
    return whole;
  }

  private Result loss(
      Session session, BatchParts.Held batch, List<Tensor> features, boolean withSignals) {
    Session.Runner runner = session.runner().fetch(loss.numbers()).addTarget(addOfLoss);
    loss.gradients().forEach(runner::fetch);
    if (withSignals) {
      runner.fetch(signals.values());
    }
    for (int i = 0; i < features.size(); i++) {
      runner.feed(cached.get(i).whole(), features.get(i));
    }
    try (Tensor number = batch.feed(runner, 0)) {
      return runner.run();
    }
  }

  private void backward(
      Session session,
      StepInputs inputs,
      long stepNumber,
      BatchParts.Held batch,
      int part,
      Result ofLoss) {
    Session.Runner runner = session.runner().addTarget(addOfPart);
    for (int i = 0; i < weights.size(); i++) {
      runner.feed(weights.get(i), ofLoss.get(1 + i));
    }
    List<Tensor> fed = inputs.feed(runner, stepNumber, Map.of());
    try (Tensor number = batch.feed(runner, part)) {
      runner.run().close();
    } finally {
      fed.forEach(Tensor::close);
    }
  }
}
