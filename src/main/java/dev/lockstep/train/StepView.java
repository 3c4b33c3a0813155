package dev.lockstep.train;

import java.util.Map;

/**
 * One training step as a listener sees it.
 *
 * @param stage the stage's name
 * @param step steps taken in the whole experiment, this one included
 * @param stageStep steps taken in this stage, this one included
 * @param totalSteps steps that the whole experiment will take, an estimate where a stage ends by
 *     time; 0 where nothing can be said
 * @param done how much of the stage is done, 0 to 1; 0 where nothing can be said
 * @param examples pairs seen in the whole experiment
 * @param epoch passes over the training pairs within this stage, with a fraction
 * @param seconds training time so far, evaluations not counted, over all restarts
 * @param stepSeconds the time of this step
 * @param waitSeconds the part of it that waited for input
 * @param loss the objective's value
 * @param floor the least value that the loss can take on this batch, for its repeated captions
 * @param chance the loss of a model that tells no example from another
 * @param batchSize pairs in the batch
 * @param learningRates by tower: "image", "text", "shared"
 * @param gradientNorms by tower, before clipping; a tower that is held fixed is absent
 * @param logitScale the factor on the cosine similarities (not its logarithm)
 * @param signals what the doctor watches, by name (docs/doctor.md); measured every few steps, and
 *     empty at the others
 */
public record StepView(
    String stage,
    long step,
    long stageStep,
    long totalSteps,
    double done,
    long examples,
    double epoch,
    double seconds,
    double stepSeconds,
    double waitSeconds,
    double loss,
    double floor,
    double chance,
    int batchSize,
    Map<String, Double> learningRates,
    Map<String, Double> gradientNorms,
    double logitScale,
    Map<String, Double> signals) {
  /** Whether loss and gradients are numbers. */
  boolean isFinite() {
    return Double.isFinite(loss) && gradientNorms.values().stream().allMatch(Double::isFinite);
  }
}
