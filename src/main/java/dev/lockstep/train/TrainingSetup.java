package dev.lockstep.train;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.evaluate.EvaluateSpec;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.VariableSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that a training is made of.
 *
 * @param pretrained where first values are from, in place of random ones; asked at the start of a
 *     training, not where it goes on
 * @param test the pairs to evaluate on
 * @param imageSize pixels on a side of what the image tower reads
 * @param checkpointFolder where checkpoints are written, and looked for
 */
public record TrainingSetup(
    ModelSpec model,
    List<? extends VariableSource> pretrained,
    List<StageSpec> stages,
    PreparedDataset training,
    Optional<PreparedDataset> test,
    int imageSize,
    InputSpec input,
    EvaluateSpec evaluate,
    CheckpointSpec checkpoint,
    WatchSpec watch,
    Path checkpointFolder,
    Device device,
    Precision precision,
    long seed) {}
