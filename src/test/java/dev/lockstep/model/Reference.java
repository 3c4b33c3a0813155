package dev.lockstep.model;

import dev.lockstep.pretrained.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;

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

  /** Three [out, in] matrices side by side as one [in, 3 * out]. */
  public static float[] sideBySide(float[] a, float[] b, float[] c, int out, int in) {
    float[] result = new float[3 * out * in];
    float[][] parts = {a, b, c};
    for (int i = 0; i < in; i++) {
      for (int part = 0; part < 3; part++) {
        for (int o = 0; o < out; o++) {
          result[(i * 3 + part) * out + o] = parts[part][o * in + i];
        }
      }
    }
    return result;
  }

  public static float[] concatenated(float[] a, float[] b, float[] c) {
    float[] result = new float[a.length + b.length + c.length];
    System.arraycopy(a, 0, result, 0, a.length);
    System.arraycopy(b, 0, result, a.length, b.length);
    System.arraycopy(c, 0, result, a.length + b.length, c.length);
    return result;
  }
}
