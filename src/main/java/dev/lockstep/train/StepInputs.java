package dev.lockstep.train;

import dev.lockstep.model.Side;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * What changes from step to step and is fed from Java: the step's number and the learning rates.
 */
final class StepInputs {
  private final Placeholder<TInt64> step;
  private final Map<Side, Placeholder<TFloat32>> learningRates;
  private final Optional<FixedBatch> batch;

  StepInputs(Ops tf) {
    batch = Optional.empty();
    learningRates = new EnumMap<>(Side.class);
    step = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    for (Side side : Side.values()) {
      learningRates.put(side, tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar())));
    }
  }

  private StepInputs(
      Placeholder<TInt64> step, Map<Side, Placeholder<TFloat32>> learningRates, FixedBatch batch) {
    this.step = step;
    this.learningRates = learningRates;
    this.batch = Optional.of(batch);
  }

  /**
   * Feeds what no step takes, for a {@link dev.lockstep.tensorflow.RefusedRun}.
   *
   * @return the fed tensors, to be closed after the run
   */
  List<Tensor> feedWrongly(Session.Runner runner) {
    List<Tensor> fed = new ArrayList<>();
    TInt32 wrong = TInt32.scalarOf(0);
    fed.add(wrong);
    runner.feed(step, wrong);
    learningRates.values().forEach(placeholder -> runner.feed(placeholder, wrong));
    return fed;
  }

  /** The same, with a batch in the place of the next one of the input. */
  StepInputs withBatch(FixedBatch fixed) {
    return new StepInputs(step, learningRates, fixed);
  }

  Operand<TInt64> step() {
    return step;
  }

  Operand<TFloat32> learningRate(Side side) {
    return learningRates.get(side);
  }

  /**
   * Feeds one run.
   *
   * @param rates by {@link Side#label}; none for a run that changes nothing
   * @return the fed tensors, to be closed after the run
   */
  List<Tensor> feed(Session.Runner runner, long stepNumber, Map<String, Double> rates) {
    List<Tensor> fed = new ArrayList<>();
    TInt64 number = TInt64.scalarOf(stepNumber);
    fed.add(number);
    runner.feed(step, number);
    batch.ifPresent(fixed -> fixed.feed(runner));
    learningRates.forEach(
        (side, placeholder) -> {
          if (!rates.containsKey(side.label())) {
            return;
          }
          TFloat32 rate = TFloat32.scalarOf(rates.get(side.label()).floatValue());
          fed.add(rate);
          runner.feed(placeholder, rate);
        });
    return fed;
  }
}
