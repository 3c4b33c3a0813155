package dev.lockstep.pretrained.layout;

import org.tensorflow.ndarray.Shape;

/** How another library's tensor stands to Lockstep's variable. */
public enum Conversion {
  AS_IS("as it is") {
    @Override
    Shape tensorShape(Shape variable) {
      return variable;
    }

    @Override
    public Shape variableShape(Shape tensor) {
      return tensor;
    }

    @Override
    float[] toVariable(float[] tensor, Shape variable) {
      return tensor;
    }

    @Override
    float[] toTensor(float[] variable, Shape shape) {
      return variable;
    }
  },
  /** [out, in] to [in, out]. */
  TRANSPOSED("transposed") {
    @Override
    Shape tensorShape(Shape variable) {
      return Shape.of(variable.size(1), variable.size(0));
    }

    @Override
    public Shape variableShape(Shape tensor) {
      return tensorShape(tensor);
    }

    @Override
    float[] toVariable(float[] tensor, Shape variable) {
      return transposed(tensor, (int) variable.size(1), (int) variable.size(0));
    }

    @Override
    float[] toTensor(float[] variable, Shape shape) {
      return transposed(variable, (int) shape.size(0), (int) shape.size(1));
    }
  },
  /** [out, in, height, width] to [height, width, in, out]. */
  KERNEL("[out, in, height, width] to [height, width, in, out]") {
    @Override
    Shape tensorShape(Shape variable) {
      return Shape.of(variable.size(3), variable.size(2), variable.size(0), variable.size(1));
    }

    @Override
    public Shape variableShape(Shape tensor) {
      return Shape.of(tensor.size(2), tensor.size(3), tensor.size(1), tensor.size(0));
    }

    @Override
    float[] toVariable(float[] tensor, Shape variable) {
      int channels = (int) variable.size(2);
      float[] cellsLast = transposed(tensor, (int) variable.size(3), channels * cells(variable));
      return blocksTransposed(cellsLast, channels, cells(variable), (int) variable.size(3));
    }

    @Override
    float[] toTensor(float[] variable, Shape shape) {
      int channels = (int) shape.size(2);
      float[] channelsFirst =
          blocksTransposed(variable, cells(shape), channels, (int) shape.size(3));
      return transposed(channelsFirst, channels * cells(shape), (int) shape.size(3));
    }
  };

  /** Large matrices are transposed in squares that fit the processor's cache. */
  private static final int SQUARE = 32;

  private final String description;

  Conversion(String description) {
    this.description = description;
  }

  /** As it stands in the table of an import. */
  public String description() {
    return description;
  }

  abstract Shape tensorShape(Shape variable);

  /** The shape that a tensor of that shape gives the variable. */
  public abstract Shape variableShape(Shape tensor);

  abstract float[] toVariable(float[] tensor, Shape variable);

  abstract float[] toTensor(float[] variable, Shape shape);

  private static int cells(Shape kernel) {
    return (int) (kernel.size(0) * kernel.size(1));
  }

  /** [rows, columns] to [columns, rows]. */
  private static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int top = 0; top < rows; top += SQUARE) {
      for (int left = 0; left < columns; left += SQUARE) {
        int bottom = Math.min(top + SQUARE, rows);
        int right = Math.min(left + SQUARE, columns);
        for (int column = left; column < right; column++) {
          for (int row = top; row < bottom; row++) {
            result[column * rows + row] = values[row * columns + column];
          }
        }
      }
    }
    return result;
  }

  /** [rows, columns, block] to [columns, rows, block]. */
  private static float[] blocksTransposed(float[] values, int rows, int columns, int block) {
    float[] result = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        System.arraycopy(
            values, (row * columns + column) * block, result, (column * rows + row) * block, block);
      }
    }
    return result;
  }
}
