package dev.lockstep.input;

import java.util.Arrays;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * A batch of serialised records on its way to the graph, in native memory. Where originals were
 * decoded, their pixels are apart from the records: a string of them would be copied four times
 * until it is the tensor that they are here.
 *
 * @param positions [batch]
 * @param records [batch]
 * @param pixels [batch, side, side, 3], or null where images are in the records
 */
record RecordBatch(TInt64 positions, TString records, TUint8 pixels) implements AutoCloseable {
  static final int CHANNELS = 3;

  /**
   * @param side of the square of pixels that is before each record; 0 where there is none
   */
  static RecordBatch of(long[] positions, byte[][] bytes, int side) {
    TUint8 pixels = side == 0 ? null : pixels(bytes, side);
    byte[][] records = bytes;
    if (side > 0) {
      records = new byte[bytes.length][];
      for (int i = 0; i < bytes.length; i++) {
        records[i] = Arrays.copyOfRange(bytes[i], side * side * CHANNELS, bytes[i].length);
      }
    }
    return new RecordBatch(
        TInt64.vectorOf(positions),
        TString.tensorOfBytes(NdArrays.vectorOfObjects(records)),
        pixels);
  }

  private static TUint8 pixels(byte[][] bytes, int side) {
    int length = side * side * CHANNELS;
    TUint8 pixels = TUint8.tensorOf(Shape.of(bytes.length, side, side, CHANNELS));
    ByteDataBuffer all = pixels.asRawTensor().data();
    for (int i = 0; i < bytes.length; i++) {
      all.offset((long) i * length).write(bytes[i], 0, length);
    }
    return pixels;
  }

  @Override
  public void close() {
    positions.close();
    records.close();
    if (pixels != null) {
      pixels.close();
    }
  }
}
