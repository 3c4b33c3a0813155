package dev.lockstep.model;

import dev.lockstep.pretrained.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The files in {@code src/test/resources/references}, and the layouts of the libraries they are
 * from.
 */
public final class Reference {
  private Reference() {}

  public static SafetensorsFile open(String folder, String name) {
    try {
      return new SafetensorsFile(
          Path.of(
              Reference.class
                  .getResource("/references/" + folder + "/" + name + ".safetensors")
                  .toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The inputs' {@code pixel_values} as [batch, height, width, 3]. */
  public static Operand<TFloat32> pixels(Ops tf, SafetensorsFile inputs) {
    Shape shape = inputs.shape("pixel_values");
    float[] values =
        channelsLast(inputs.floats("pixel_values"), (int) shape.size(0), (int) shape.size(1));
    Shape ours = Shape.of(shape.size(0), shape.size(2), shape.size(3), shape.size(1));
    return tf.constantOf(TFloat32.tensorOf(ours, DataBuffers.of(values)));
  }

  /** The inputs' texts; where they have no mask, id 0 is padding. */
  public static Tokens tokens(Ops tf, SafetensorsFile inputs) {
    float[] ids = inputs.floats("input_ids");
    boolean masked = inputs.names().contains("attention_mask");
    float[] mask = masked ? inputs.floats("attention_mask") : new float[ids.length];
    for (int i = 0; i < ids.length && !masked; i++) {
      mask[i] = ids[i] == 0 ? 0 : 1;
    }
    Shape shape = inputs.shape("input_ids");
    return new Tokens(integers(tf, shape, ids), integers(tf, shape, mask));
  }

  private static Operand<TInt32> integers(Ops tf, Shape shape, float[] values) {
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return tf.constantOf(TInt32.tensorOf(shape, DataBuffers.of(integers)));
  }

  /** [rows, columns] to [columns, rows]. */
  public static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[j * rows + i] = values[i * columns + j];
      }
    }
    return result;
  }

  /** [n, channels, size] to [n, size, channels], where size is height x width. */
  public static float[] channelsLast(float[] values, int n, int channels) {
    int size = values.length / n / channels;
    float[] result = new float[values.length];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < channels; c++) {
        for (int p = 0; p < size; p++) {
          result[(i * size + p) * channels + c] = values[(i * channels + c) * size + p];
        }
      }
    }
    return result;
  }

  /** PyTorch's convolution [out, in, height, width] to TensorFlow's [height, width, in, out]. */
  public static float[] kernel(float[] values, int out, int in) {
    int size = values.length / out / in;
    float[] result = new float[values.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        for (int p = 0; p < size; p++) {
          result[(p * in + i) * out + o] = values[(o * in + i) * size + p];
        }
      }
    }
    return result;
  }

  public static float[] concatenated(List<float[]> parts) {
    float[] result = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int end = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, result, end, part.length);
      end += part.length;
    }
    return result;
  }
}
