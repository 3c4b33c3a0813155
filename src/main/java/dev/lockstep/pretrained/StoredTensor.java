package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * A tensor's place in a file. It is made only by {@link #of}, so that whatever there is has been
 * checked against the file's length.
 *
 * @param begin the byte where its first element stands
 * @param strides how many elements lie between neighbours along each dimension
 */
record StoredTensor(
    SourceFile file, String name, ElementType type, long begin, Shape shape, List<Long> strides) {

  static final int MAX_DIMENSIONS = 64;

  /** A tensor whose elements stand row by row, one after the other. */
  static StoredTensor of(
      SourceFile file, String name, ElementType type, long begin, List<Long> dimensions) {
    Shape shape = shape(file, name, dimensions);
    return of(file, name, type, begin, dimensions, rowByRow(shape));
  }

  /**
   * @throws InvalidInputException if a dimension is negative or any element lies outside the file
   */
  static StoredTensor of(
      SourceFile file,
      String name,
      ElementType type,
      long begin,
      List<Long> dimensions,
      List<Long> strides) {
    Shape shape = shape(file, name, dimensions);
    StoredTensor tensor = new StoredTensor(file, name, type, begin, shape, List.copyOf(strides));
    boolean fits;
    try {
      fits =
          strides.size() == dimensions.size()
              && strides.stream().allMatch(s -> s >= 0)
              && file.holds(begin, Math.multiplyExact(tensor.span(), (long) type.bytes()))
              // Strides of 0 repeat elements: a short file could ask for any amount of memory.
              && shape.size() <= tensor.span();
    } catch (ArithmeticException e) {
      fits = false;
    }
    if (!fits) {
      throw file.invalid(
          name
              + " is to be "
              + type
              + dimensions
              + " at byte "
              + begin
              + ", beyond the file's "
              + file.size()
              + " bytes");
    }
    return tensor;
  }

  /**
   * @throws InvalidInputException if it has more elements than an array holds, or cannot be read
   */
  float[] floats() {
    if (shape.size() > Integer.MAX_VALUE - 8 || span() > Integer.MAX_VALUE - 8) {
      throw file.invalid(name + shape + " is too large: at most 2^31 elements can be read");
    }
    float[] stored = new float[(int) span()];
    file.read(begin, type, stored);
    return strides.equals(rowByRow(shape)) ? stored : gathered(stored);
  }

  /** The byte behind its last element. */
  long end() {
    return begin + span() * type.bytes();
  }

  /** How many elements lie from the first to the last, both included. */
  private long span() {
    if (shape.size() == 0) {
      return 0;
    }
    long last = 0;
    for (int i = 0; i < strides.size(); i++) {
      last = Math.addExact(last, Math.multiplyExact(shape.size(i) - 1, (long) strides.get(i)));
    }
    return last + 1;
  }

  private float[] gathered(float[] stored) {
    float[] values = new float[(int) shape.size()];
    long[] index = new long[shape.numDimensions()];
    long at = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = stored[(int) at];
      for (int d = index.length - 1; d >= 0; d--) {
        at += strides.get(d);
        if (++index[d] < shape.size(d)) {
          break;
        }
        at -= index[d] * strides.get(d);
        index[d] = 0;
      }
    }
    return values;
  }

  /** The strides of elements that stand row by row. */
  private static List<Long> rowByRow(Shape shape) {
    Long[] strides = new Long[shape.numDimensions()];
    long stride = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape.size(i));
    }
    return List.of(strides);
  }

  private static Shape shape(SourceFile file, String name, List<Long> dimensions) {
    if (dimensions.size() > MAX_DIMENSIONS) {
      throw file.invalid(name + " has " + dimensions.size() + " dimensions");
    }
    long elements = 1;
    try {
      for (long dimension : dimensions) {
        // Zeros aside, so that no product of any part can overflow later.
        elements = Math.multiplyExact(elements, Math.max(1, dimension));
        if (dimension < 0) {
          throw file.invalid(name + dimensions + " has a negative dimension");
        }
      }
    } catch (ArithmeticException e) {
      throw file.invalid(name + dimensions + " has more elements than any file", e);
    }
    return Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
  }
}
