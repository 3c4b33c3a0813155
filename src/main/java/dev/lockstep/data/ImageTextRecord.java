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

  /** Of field 1, of a length: the features of an Example, an entry of their map, its key. */
  private static final int MESSAGE_TAG = 1 << 3 | 2;

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
   * A record without its image, for who reads features in its place; only lengths are looked at. A
   * record that is not laid out as {@link #toBytes} lays it out is given back as it is.
   */
  public static byte[] withoutImage(byte[] record) {
    CodedInputStream in = CodedInputStream.newInstance(record);
    try {
      if (in.readTag() != MESSAGE_TAG) {
        return record;
      }
      int length = in.readRawVarint32();
      int first = in.getTotalBytesRead();
      if (first + length != record.length) {
        return record;
      }
      while (!in.isAtEnd()) {
        int begin = in.getTotalBytesRead();
        boolean isEntry = in.readTag() == MESSAGE_TAG;
        int entryEnd = in.readRawVarint32() + in.getTotalBytesRead();
        if (!isEntry || in.readTag() != MESSAGE_TAG) {
          return record;
        }
        boolean isImage = in.readString().equals(IMAGE);
        in.skipRawBytes(entryEnd - in.getTotalBytesRead());
        if (isImage) {
          return without(record, first, begin, entryEnd);
        }
      }
      return record;
    } catch (IOException e) {
      return record;
    }
  }

  /** The message of the features that begins at {@code first}, without some bytes. */
  private static byte[] without(byte[] record, int first, int begin, int end) throws IOException {
    int length = record.length - first - (end - begin);
    byte[] shorter =
        new byte
            [CodedOutputStream.computeTagSize(1)
                + CodedOutputStream.computeUInt32SizeNoTag(length)
                + length];
    CodedOutputStream out = CodedOutputStream.newInstance(shorter);
    out.writeUInt32NoTag(MESSAGE_TAG);
    out.writeUInt32NoTag(length);
    out.writeRawBytes(record, first, begin - first);
    out.writeRawBytes(record, end, record.length - end);
    out.checkNoSpaceLeft();
    return shorter;
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
