package dev.lockstep.input;

import com.google.protobuf.ByteString;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** Stored features as a part of a record: little-endian float32. */
final class FeatureRecord {
  static final String IMAGE = "image_features";
  static final String TEXT = "text_features";

  private FeatureRecord() {}

  /**
   * A record with features besides what it has. Two serialised messages one after the other are the
   * two merged.
   *
   * @param record a serialised Example
   * @param name of the features
   */
  static byte[] append(byte[] record, String name, byte[] features) {
    byte[] added =
        Example.newBuilder()
            .setFeatures(
                Features.newBuilder()
                    .putFeature(
                        name,
                        Feature.newBuilder()
                            .setBytesList(
                                BytesList.newBuilder().addValue(ByteString.copyFrom(features)))
                            .build()))
            .build()
            .toByteArray();
    byte[] both = new byte[record.length + added.length];
    System.arraycopy(record, 0, both, 0, record.length);
    System.arraycopy(added, 0, both, record.length, added.length);
    return both;
  }

  /**
   * @param bytes [batch]
   * @return [batch, width]
   */
  static Operand<TFloat32> decode(Ops tf, Operand<TString> bytes, int width) {
    return tf.reshape(tf.io.decodeRaw(bytes, TFloat32.class), tf.constant(new int[] {-1, width}));
  }
}
