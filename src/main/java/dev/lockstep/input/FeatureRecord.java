package dev.lockstep.input;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lockstep.data.ImageTextRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * Features of a tower as a record holds them: little-endian float32, one view after the other. For
 * images they stand in the place of the image in an {@link ImageTextRecord}; for texts they are the
 * whole record.
 *
 * @param width of the features
 * @param views how many there are of an example
 * @param records in an epoch; each epoch takes the next view
 */
public record FeatureRecord(int width, int views, long records) {
  static final String IMAGE_FEATURES = "image_features";

  /** The bytes of some features. */
  public static byte[] bytes(float[] features) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(features.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(features);
    return bytes.array();
  }

  /**
   * A record of prepared data with features in the place of its image.
   *
   * @param record a serialised {@link ImageTextRecord}
   * @throws IllegalArgumentException if it is none
   */
  public static byte[] withoutImage(byte[] record, float[] features) {
    try {
      Example.Builder example = Example.parseFrom(record).toBuilder();
      example
          .getFeaturesBuilder()
          .removeFeature(ImageTextRecord.IMAGE)
          .putFeature(
              IMAGE_FEATURES,
              Feature.newBuilder()
                  .setBytesList(
                      BytesList.newBuilder().addValue(ByteString.copyFrom(bytes(features))))
                  .build());
      return example.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a tf.train.Example", e);
    }
  }

  /**
   * The view that is due.
   *
   * @param bytes [batch]
   * @param positions [batch]
   * @return [batch, width]
   */
  Operand<TFloat32> view(Ops tf, Operand<TString> bytes, Operand<TInt64> positions) {
    Operand<TFloat32> all =
        tf.reshape(
            tf.io.decodeRaw(bytes, TFloat32.class), tf.constant(new int[] {-1, views, width}));
    Operand<TInt64> due =
        tf.math.floorMod(
            tf.math.floorDiv(positions, tf.constant(records)), tf.constant((long) views));
    return tf.reshape(
        tf.gather(all, tf.expandDims(due, tf.constant(1)), tf.constant(1), Gather.batchDims(1L)),
        tf.constant(new int[] {-1, width}));
  }
}
