package dev.lockstep.train;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.objective.Forward;
import dev.lockstep.objective.Objective;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.GradientSums;
import dev.lockstep.tensorflow.Gradients;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Builds the step of a phase whose batches go through the towers in parts.
 *
 * @param name of the phase, no other's
 * @param whole the batch
 * @param forward the model over a batch, with the part's own dropout
 * @param learning the variables that may learn
 * @param optimizer makes the optimizer's step of gradients
 * @param bounded adds to a step what keeps the variables within their bounds
 */
record MicroBatches(
    Ops tf,
    String name,
    DualEncoder model,
    Objective objective,
    AdamW adamW,
    BatchParts parts,
    Batch whole,
    Function<Batch, Forward> forward,
    List<Variable> learning,
    InputSignals inputSignals,
    Function<Map<Variable, Operand<TFloat32>>, AdamW.Step> optimizer,
    Function<AdamW.Step, Op> bounded) {

  StepGraph build(MicroBatchSpec.Accumulation accumulation) {
    Batch part = parts.part();
    Encoded encoded = forward.apply(part).encoded();
    return switch (accumulation) {
      case SEPARATE_LOSSES -> separately(part, encoded);
      case CACHED_FEATURES -> cached(encoded);
    };
  }

  private StepGraph separately(Batch part, Encoded encoded) {
    Objective.Loss loss = objective.loss(forward.apply(part).of(encoded));
    Map<Variable, Operand<TFloat32>> gradients =
        adamW.gradients(
            name, List.of(loss.value()), List.of(tf.constant(1f / parts.count())), learning);
    GradientSums sums = new GradientSums(tf, List.copyOf(gradients.keySet()));
    return new SeparateLossGraph(
        tf,
        parts,
        encoded,
        loss,
        gradients,
        sums,
        new SummedStep(tf, sums, gradients.keySet(), optimizer, bounded),
        signals(encoded, part));
  }

  private StepGraph cached(Encoded encoded) {
    if (!encoded.updates().isEmpty()) {
      throw new InvalidInputException(
          name,
          "with micro-batch-size it would normalize over each part of the batch instead of all of"
              + " it, for batch norm learns in it",
          "leave micro-batch-size out, hold that tower fixed, or take accumulation ="
              + " separate-losses, which claims no more than the mean over the parts");
    }
    List<CachedFeatureGraph.Cached> all = CachedFeatureGraph.cached(tf, encoded);
    Encoded ofWhole = CachedFeatureGraph.encoded(tf, model, all);
    Forward forwardOfWhole = forward.apply(whole).of(ofWhole);
    Objective.Loss loss = objective.loss(forwardOfWhole);
    List<Operand<TFloat32>> toCached =
        Gradients.of(
            (Graph) tf.scope().env(),
            name + "_cached",
            List.of(loss.value()),
            List.of(),
            all.stream().<Operand<TFloat32>>map(CachedFeatureGraph.Cached::whole).toList());
    Map<Variable, Operand<TFloat32>> ofLoss =
        adamW.gradients(name + "_loss", List.of(loss.value()), List.of(), learning);

    List<Placeholder<TFloat32>> weights = new ArrayList<>();
    List<Operand<TFloat32>> values = new ArrayList<>();
    List<Operand<TFloat32>> ofPart = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (toCached.get(i) != null) {
        CachedFeatureGraph.Cached one = all.get(i);
        Placeholder<TFloat32> weight =
            tf.placeholder(TFloat32.class, Placeholder.shape(one.whole().shape()));
        weights.add(weight);
        values.add(one.ofPart());
        ofPart.add(parts.rows(weight));
      }
    }
    List<Operand<TFloat32>> needed = new ArrayList<>(toCached);
    needed.removeAll(Collections.singleton(null));
    Map<Variable, Operand<TFloat32>> gradients = adamW.gradients(name, values, ofPart, learning);
    Set<Variable> learned = new LinkedHashSet<>(learning);
    learned.removeIf(v -> !gradients.containsKey(v) && !ofLoss.containsKey(v));
    GradientSums sums = new GradientSums(tf, List.copyOf(learned));
    return new CachedFeatureGraph(
        parts,
        all,
        new CachedFeatureGraph.WholeLoss(
            tf.stack(
                List.of(
                    loss.value(), loss.floor(), loss.chance(), objective.scale(forwardOfWhole))),
            needed,
            ofLoss),
        weights,
        gradients,
        sums,
        new SummedStep(tf, sums, learned, optimizer, bounded),
        signals(ofWhole, whole));
  }

  private StepSignals signals(Encoded encoded, Batch batch) {
    return new StepSignals(
        tf, List.of(EmbeddingSignals.of(tf, encoded, batch), inputSignals.of(tf, batch)));
  }
}
