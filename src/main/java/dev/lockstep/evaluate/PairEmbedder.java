package dev.lockstep.evaluate;

import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.VariableValues;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The part of a graph that embeds a dataset. It computes in float32 whatever the training does, so
 * that a model's scores do not depend on the machine.
 */
public final class PairEmbedder {
  private final InputPipeline pipeline;
  private final Batch batch;
  private final Operand<TFloat32> images;
  private final Operand<TFloat32> texts;

  /**
   * @param pipeline an evaluation pipeline over {@code iterator}
   */
  public PairEmbedder(DualEncoder model, BatchIterator iterator, InputPipeline pipeline) {
    this.pipeline = pipeline;
    this.batch = iterator.next();
    LayerMode mode = LayerMode.evaluation(false);
    images = model.imageEmbedding(batch.images(), mode);
    texts = model.textEmbedding(new Tokens(batch.inputIds(), batch.attentionMask()), mode);
  }

  /** Embeds the whole dataset with the variables as they are in the session. */
  public EmbeddedPairs embed(Session session) {
    int records = Math.toIntExact(pipeline.records());
    float[] imageValues = new float[0];
    float[] textValues = new float[0];
    long[] captionKeys = new long[records];
    long[] imageKeys = new long[records];
    int dimension = 0;
    int done = 0;
    pipeline.start(session, 0);
    for (long i = 0; i < pipeline.batches(); i++) {
      try (Result result =
          session
              .runner()
              .fetch(images)
              .fetch(texts)
              .fetch(batch.captionKeys())
              .fetch(batch.imageKeys())
              .run()) {
        float[] imageBatch = VariableValues.floats((TFloat32) result.get(0));
        float[] textBatch = VariableValues.floats((TFloat32) result.get(1));
        int rows = (int) result.get(0).shape().size(0);
        if (dimension == 0) {
          dimension = (int) result.get(0).shape().size(1);
          imageValues = new float[Math.multiplyExact(records, dimension)];
          textValues = new float[imageValues.length];
        }
        System.arraycopy(imageBatch, 0, imageValues, done * dimension, imageBatch.length);
        System.arraycopy(textBatch, 0, textValues, done * dimension, textBatch.length);
        ((TInt64) result.get(2)).asRawTensor().data().asLongs().read(captionKeys, done, rows);
        ((TInt64) result.get(3)).asRawTensor().data().asLongs().read(imageKeys, done, rows);
        done += rows;
      }
    }
    if (done != records) {
      throw new IllegalStateException("read " + done + " of " + records + " records");
    }
    return new EmbeddedPairs(
        new Embeddings(imageValues, records, dimension),
        new Embeddings(textValues, records, dimension),
        captionKeys,
        imageKeys);
  }

  /** Embeds the first batch, and gives it together with what was embedded. */
  EmbeddedBatch embedFirstBatch(Session session) {
    pipeline.start(session, 0);
    try (Result result =
        session
            .runner()
            .fetch(images)
            .fetch(texts)
            .fetch(batch.images())
            .fetch(batch.inputIds())
            .fetch(batch.attentionMask())
            .run()) {
      TUint8 pixels = (TUint8) result.get(2);
      TInt32 inputIds = (TInt32) result.get(3);
      int count = (int) inputIds.shape().size(0);
      int dimension = (int) result.get(0).shape().size(1);
      byte[] pixelBytes = new byte[Math.toIntExact(pixels.size())];
      pixels.asRawTensor().data().read(pixelBytes);
      return new EmbeddedBatch(
          count,
          (int) pixels.shape().size(1),
          pixelBytes,
          (int) inputIds.shape().size(1),
          integers(inputIds),
          integers((TInt32) result.get(4)),
          new Embeddings(VariableValues.floats((TFloat32) result.get(0)), count, dimension),
          new Embeddings(VariableValues.floats((TFloat32) result.get(1)), count, dimension));
    }
  }

  private static int[] integers(TInt32 tensor) {
    int[] values = new int[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asInts().read(values);
    return values;
  }
}
