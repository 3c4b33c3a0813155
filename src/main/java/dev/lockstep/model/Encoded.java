package dev.lockstep.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

/**
 * What a CLIP makes of a batch.
 *
 * @param imageFeatures [batch, image tower's width], before the projection
 * @param textFeatures [batch, text tower's width], before the projection
 * @param imageProjection [batch, embedding], before normalization
 * @param textProjection [batch, embedding], before normalization
 * @param imageEmbedding [batch, embedding], each of length 1
 * @param textEmbedding [batch, embedding], each of length 1
 * @param logitScale a scalar, the factor on the cosine similarities
 * @param updates what must run with a training step besides the optimizer: batch norm's statistics
 */
public record Encoded(
    Operand<TFloat32> imageFeatures,
    Operand<TFloat32> textFeatures,
    Operand<TFloat32> imageProjection,
    Operand<TFloat32> textProjection,
    Operand<TFloat32> imageEmbedding,
    Operand<TFloat32> textEmbedding,
    Operand<TFloat32> logitScale,
    List<Op> updates) {

  /** The same by name, for whoever logs or diagnoses. */
  public Map<String, Operand<TFloat32>> byName() {
    Map<String, Operand<TFloat32>> named = new LinkedHashMap<>();
    named.put("image/features", imageFeatures);
    named.put("text/features", textFeatures);
    named.put("image/projection", imageProjection);
    named.put("text/projection", textProjection);
    named.put("image/embedding", imageEmbedding);
    named.put("text/embedding", textEmbedding);
    named.put("logit-scale", logitScale);
    return named;
  }
}
