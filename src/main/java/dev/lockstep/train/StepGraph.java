package dev.lockstep.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.op.Op;

/** The training step of one phase of a stage: it changes what learns then, and nothing else. */
interface StepGraph {
  /**
   * What one step measured.
   *
   * @param gradientNorms by side, before clipping; only sides that learn
   * @param signals empty where they were not asked for
   */
  record Measured(
      double loss,
      double floor,
      double chance,
      double logitScale,
      double waitSeconds,
      Map<String, Double> gradientNorms,
      Map<String, Double> signals) {
    /** The same with more signals. */
    Measured with(Map<String, Double> more) {
      Map<String, Double> all = new LinkedHashMap<>(signals);
      all.putAll(more);
      return new Measured(loss, floor, chance, logitScale, waitSeconds, gradientNorms, all);
    }
  }

  /** By side, how many parameters learn. */
  Map<String, Long> trainedParameters();

  /** What a step computes; empty where it takes several runs. */
  List<Op> targets();

  /**
   * Makes TensorFlow ready for the step, which its first call would wait for; no step is taken. It
   * does nothing for a step of several runs, beside which that wait is short.
   */
  default void makeReady(Session session, StepInputs inputs) {}

  /**
   * Computes the gradients of a batch, or of a part of it, and forgets them: so the memory of the
   * step is taken and its kernels are made. No variable changes.
   *
   * @param inputs with a batch of their own
   */
  void warmUp(Session session, StepInputs inputs);

  /**
   * Takes one step.
   *
   * @param withSignals whether to measure the signals too
   */
  Measured step(
      Session session,
      StepInputs inputs,
      long stepNumber,
      Map<String, Double> learningRates,
      boolean withSignals);
}
