package dev.lockstep.pretrained.layout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * One variable and the tensors that hold its values in a layout: one, or several that stand side by
 * side in its last dimension (query, key and value). Every conversion only moves values, so what
 * holds for weights holds for gradients.
 *
 * @param tensors their names there
 * @param conversion of each tensor
 */
public record Mapping(String variable, Shape shape, List<String> tensors, Conversion conversion) {

  /** The shape that each of the tensors has there; leading dimensions of 1 may come on top. */
  public Shape tensorShape() {
    return conversion.tensorShape(partShape());
  }

  /**
   * @param values of each of the tensors, row by row
   * @return the variable's values
   */
  public float[] toVariable(List<float[]> values) {
    if (values.size() == 1) {
      return conversion.toVariable(values.get(0), shape);
    }
    int width = lastOf(partShape());
    float[] joined = new float[values.size() * values.get(0).length];
    for (int i = 0; i < values.size(); i++) {
      float[] part = conversion.toVariable(values.get(i), partShape());
      for (int row = 0; row * width < part.length; row++) {
        System.arraycopy(part, row * width, joined, (row * values.size() + i) * width, width);
      }
    }
    return joined;
  }

  /**
   * @param values of the variable, row by row
   * @return the values of each of the tensors
   */
  public List<float[]> toTensors(float[] values) {
    int count = tensors.size();
    if (count == 1) {
      return List.of(conversion.toTensor(values, shape));
    }
    int width = lastOf(partShape());
    List<float[]> parts = new ArrayList<>(Collections.nCopies(count, null));
    for (int i = 0; i < count; i++) {
      float[] part = new float[values.length / count];
      for (int row = 0; row * width < part.length; row++) {
        System.arraycopy(values, (row * count + i) * width, part, row * width, width);
      }
      parts.set(i, conversion.toTensor(part, partShape()));
    }
    return parts;
  }

  /** The variable's shape, with its last dimension divided among the tensors. */
  private Shape partShape() {
    if (tensors.size() == 1) {
      return shape;
    }
    long[] part = shape.asArray();
    part[part.length - 1] /= tensors.size();
    return Shape.of(part);
  }

  private static int lastOf(Shape shape) {
    return (int) shape.size(shape.numDimensions() - 1);
  }
}
