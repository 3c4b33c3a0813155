package dev.lockstep.serve.model;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * A tensor's content in Java's own memory: what waits in a queue needs no closing.
 *
 * @param type INT32, UINT8, FLOAT, BOOL or STRING
 * @param shape one row for each entry of the first dimension
 * @param data row by row: int[], byte[], float[], boolean[] or, for STRING, byte[][]
 */
public record TensorValue(DataType type, int[] shape, Object data) {
  public TensorValue {
    int elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (Array.getLength(data) != elements) {
      throw new IllegalArgumentException(
          Array.getLength(data) + " elements are not " + Arrays.toString(shape));
    }
  }

  /** [texts, tokens]. */
  public static TensorValue of(int[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    int[] data = new int[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, data, i * columns, columns);
    }
    return new TensorValue(DataType.DT_INT32, new int[] {rows.length, columns}, data);
  }

  /** [strings]. */
  public static TensorValue of(List<byte[]> strings) {
    return new TensorValue(
        DataType.DT_STRING, new int[] {strings.size()}, strings.toArray(new byte[0][]));
  }

  public int rows() {
    return shape[0];
  }

  /** Elements of one row. */
  public int rowSize() {
    return Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
  }

  public float[] floats() {
    return (float[]) data;
  }

  public int[] ints() {
    return (int[]) data;
  }

  public boolean[] flags() {
    return (boolean[]) data;
  }

  public byte[][] strings() {
    return (byte[][]) data;
  }

  /** Some of the rows. */
  public TensorValue slice(int from, int to) {
    int[] sliced = shape.clone();
    sliced[0] = to - from;
    return new TensorValue(type, sliced, part(from * rowSize(), to * rowSize()));
  }

  /**
   * All rows under one another; rows that are vectors of different lengths are filled up with
   * zeros.
   */
  static TensorValue concat(List<TensorValue> values) {
    TensorValue first = values.get(0);
    int[] shape = first.shape.clone();
    shape[0] = values.stream().mapToInt(TensorValue::rows).sum();
    if (shape.length == 2) {
      shape[1] = values.stream().mapToInt(v -> v.shape[1]).max().orElseThrow();
    }
    int rowSize = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    Object data =
        Array.newInstance(
            first.data.getClass().getComponentType(), Math.multiplyExact(shape[0], rowSize));
    int row = 0;
    for (TensorValue value : values) {
      for (int i = 0; i < value.rows(); i++) {
        System.arraycopy(value.data, i * value.rowSize(), data, row * rowSize, value.rowSize());
        row++;
      }
    }
    return new TensorValue(first.type, shape, data);
  }

  /** Whether the rows can stand under those of another. */
  boolean joins(TensorValue other) {
    return type == other.type
        && shape.length == other.shape.length
        && (shape.length <= 2
            || Arrays.equals(shape, 1, shape.length, other.shape, 1, other.shape.length));
  }

  /** The caller closes it. */
  Tensor toTensor() {
    Shape sides = Shape.of(Arrays.stream(shape).asLongStream().toArray());
    return switch (type) {
      case DT_INT32 -> TInt32.tensorOf(sides, DataBuffers.of(ints()));
      case DT_UINT8 -> TUint8.tensorOf(sides, DataBuffers.of((byte[]) data));
      case DT_FLOAT -> TFloat32.tensorOf(sides, DataBuffers.of(floats()));
      case DT_STRING -> TString.tensorOfBytes(strings(sides));
      default -> throw new IllegalArgumentException("no tensor of " + type);
    };
  }

  static TensorValue of(Tensor tensor) {
    int[] sides = Arrays.stream(tensor.shape().asArray()).mapToInt(Math::toIntExact).toArray();
    int size = Math.toIntExact(tensor.shape().size());
    if (tensor instanceof TFloat32 values) {
      float[] floats = new float[size];
      values.asRawTensor().data().asFloats().read(floats);
      return new TensorValue(DataType.DT_FLOAT, sides, floats);
    }
    if (tensor instanceof TBool values) {
      boolean[] flags = new boolean[size];
      values.asRawTensor().data().asBooleans().read(flags);
      return new TensorValue(DataType.DT_BOOL, sides, flags);
    }
    throw new IllegalArgumentException("a model gives no " + tensor.dataType());
  }

  private Object part(int from, int to) {
    Object part = Array.newInstance(data.getClass().getComponentType(), to - from);
    System.arraycopy(data, from, part, 0, to - from);
    return part;
  }

  private NdArray<byte[]> strings(Shape sides) {
    NdArray<byte[]> array = NdArrays.ofObjects(byte[].class, sides);
    byte[][] all = strings();
    for (int i = 0; i < all.length; i++) {
      array.setObject(all[i], i);
    }
    return array;
  }
}
