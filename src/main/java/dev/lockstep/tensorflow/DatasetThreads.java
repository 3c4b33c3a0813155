package dev.lockstep.tensorflow;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.data.DatasetOptions.AutotuneOptions;
import org.tensorflow.proto.data.DatasetOptions.Options;
import org.tensorflow.proto.data.DatasetOptions.ThreadingOptions;
import org.tensorflow.types.family.TType;

/**
 * Limits the threads of a dataset. TensorFlow-Java's own {@code optionsDataset} takes the options
 * as a text, which a binary message is not.
 */
public final class DatasetThreads {
  private DatasetThreads() {}

  /**
   * The same elements, made in at most so many threads, which are the dataset's own. Without this,
   * a dataset takes every core, whatever the session was given.
   *
   * <p>Nor is there a thread that tunes sizes, of which all are given: an iterator that gets
   * another dataset waits for its end, and it sleeps for up to a minute where the word to end comes
   * just before the flag (TensorFlow's {@code Model::OptimizeLoop}, which {@code
   * CancellationManager} calls first and marks as cancelled afterwards).
   */
  @SuppressWarnings("unchecked")
  public static Operand<TType> limit(
      Ops tf,
      Operand<? extends TType> dataset,
      int threads,
      List<Class<? extends TType>> types,
      List<Shape> shapes) {
    Options options =
        Options.newBuilder()
            .setAutotuneOptions(AutotuneOptions.newBuilder().setEnabled(false))
            .setThreadingOptions(ThreadingOptions.newBuilder().setPrivateThreadpoolSize(threads))
            .build();
    OperationBuilder builder = tf.scope().opBuilder("OptionsDataset", "OptionsDataset");
    builder.addInput(dataset.asOutput());
    builder.setAttr("serialized_options", options.toByteArray());
    builder.setAttr("output_types", Operands.toDataTypes(types));
    builder.setAttr("output_shapes", shapes.toArray(new Shape[0]));
    return (Output<TType>) (Output<?>) builder.build().output(0);
  }
}
