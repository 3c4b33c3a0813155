package dev.lockstep.data;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.Int64List;

/**
 * One caption with its image: what a record of a shard holds, as a {@code tf.train.Example}.
 *
 * @param image the image, in the encoding that the manifest names; {@code raw} is [size, size, 3]
 *     in row-major order
 * @param inputIds [CLS] ... [SEP], cut to the context length, not padded
 * @param captionKey equal for equal captions, see {@link Caption#key}
 * @param imageKey equal for images whose files hold the same bytes
 * @param row the row of the CSV, from 0, the header not counted
 * @param text the caption
 */
public record ImageTextRecord(
    byte[] image, int[] inputIds, long captionKey, long imageKey, long row, String text) {

  public static final String IMAGE = "image";
  public static final String INPUT_IDS = "input_ids";
  public static final String CAPTION_KEY = "caption_key";
  public static final String IMAGE_KEY = "image_key";
  public static final String ROW = "row";
  public static final String TEXT = "text";

  /** The serialised Example; equal records give equal bytes. */
  public byte[] toBytes() {
    Int64List.Builder ids = Int64List.newBuilder();
    for (int id : inputIds) {
      ids.addValue(id);
    }
    Features features =
        Features.newBuilder()
            .putFeature(IMAGE, bytes(UnsafeByteOperations.unsafeWrap(image)))
            .putFeature(INPUT_IDS, Feature.newBuilder().setInt64List(ids).build())
            .putFeature(CAPTION_KEY, integer(captionKey))
            .putFeature(IMAGE_KEY, integer(imageKey))
            .putFeature(ROW, integer(row))
            .putFeature(TEXT, bytes(ByteString.copyFromUtf8(text)))
            .build();
    Example example = Example.newBuilder().setFeatures(features).build();
    byte[] bytes = new byte[example.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    // A protobuf map has no order of its own, and the shards' bytes must not depend on chance.
    out.useDeterministicSerialization();
    try {
      example.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.checkNoSpaceLeft();
    return bytes;
  }

  /**
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ImageTextRecord parse(byte[] bytes) {
    Features features;
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      // The image is copied once only, out of the record.
      in.enableAliasing(true);
      features = Example.parseFrom(in).getFeatures();
      in.checkLastTagWas(0);
    } catch (IOException e) {
      throw new IllegalArgumentException("not a tf.train.Example", e);
    }
    List<Long> ids = feature(features, INPUT_IDS).getInt64List().getValueList();
    return new ImageTextRecord(
        feature(features, IMAGE).getBytesList().getValue(0).toByteArray(),
        ids.stream().mapToInt(Math::toIntExact).toArray(),
        feature(features, CAPTION_KEY).getInt64List().getValue(0),
        feature(features, IMAGE_KEY).getInt64List().getValue(0),
        feature(features, ROW).getInt64List().getValue(0),
        feature(features, TEXT).getBytesList().getValue(0).toStringUtf8());
  }

  private static Feature feature(Features features, String name) {
    Feature feature = features.getFeatureMap().get(name);
    if (feature == null) {
      throw new IllegalArgumentException("the record has no feature '" + name + "'");
    }
    return feature;
  }

  private static Feature bytes(ByteString value) {
    return Feature.newBuilder().setBytesList(BytesList.newBuilder().addValue(value)).build();
  }

  private static Feature integer(long value) {
    return Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(value)).build();
  }
}
