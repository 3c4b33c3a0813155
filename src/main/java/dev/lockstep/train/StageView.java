package dev.lockstep.train;

import java.util.Map;

/**
 * A stage as a listener sees it.
 *
 * @param index the stage's place in the experiment, from 0
 * @param stages how many stages the experiment has
 * @param steps steps of this stage at most; 0 where only time or its score ends it
 * @param firstStep the step of this stage to be taken next; above 0 after a restart
 * @param totalSteps steps of all stages; see {@link StepView}
 * @param captionsPerImage pairs of a batch that show one image side by side
 * @param chanceName what {@link StepView#chance} is called, such as "ln N"
 * @param trainedParameters by tower ("image", "text", "shared"), how many parameters learn at the
 *     stage's next step
 */
public record StageView(
    String name,
    String strategy,
    int index,
    int stages,
    long steps,
    long firstStep,
    long totalSteps,
    int batchSize,
    int captionsPerImage,
    String chanceName,
    Map<String, Long> trainedParameters) {}
