package dev.lockstep.input;

import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.Resampling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Images that are stored as they were published, brought to the model's size: decoded and resized.
 * Any number of threads may use one.
 *
 * <p>{@link InputSpec.Originals#EXACT} gives Pillow's {@code convert("RGB").resize(..., BICUBIC)}
 * bit for bit, and so decodes at full size; {@code FAST} decodes a JPEG that is much larger at a
 * half, a quarter or an eighth of its size, and takes a triangle filter.
 */
final class OriginalImages implements AutoCloseable {
  /** Images are decoded side by side; handing one graph's operations around costs more. */
  private static final RunOptions ON_THIS_THREAD =
      RunOptions.newBuilder().setInterOpThreadPool(-1).build();

  private static final long[] RATIOS = {1, 2, 4, 8};
  private static final byte[] NO_IMAGE = {};
  private static final int START_OF_FRAME = 0xc0;

  private final RecordSource source;
  private final int imageSize;
  private final boolean fast;
  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TString> file;
  private final List<Operand<TUint8>> jpegs = new ArrayList<>();
  private final Operand<TUint8> png;

  OriginalImages(RecordSource source, int imageSize, InputSpec spec) {
    this.source = source;
    this.imageSize = imageSize;
    this.fast = spec.originals() == InputSpec.Originals.FAST;
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    for (long ratio : RATIOS) {
      jpegs.add(
          tf.image.decodeJpeg(
              file,
              DecodeJpeg.channels(3L),
              DecodeJpeg.ratio(ratio),
              // Neither the coarser transform nor plain upscaling was measured to be faster.
              DecodeJpeg.dctMethod("INTEGER_ACCURATE")));
    }
    png = tf.image.decodePng(file, TUint8.class, DecodePng.channels(3L));
    session = new Session(graph, ConfigProto.newBuilder().setIntraOpParallelismThreads(1).build());
  }

  /** Whether what is read of a source has its pixels before each record. */
  static boolean come(RecordSource source, BatchLayout layout) {
    return source.isOriginal() && (layout.images() || layout.otherView());
  }

  int imageSize() {
    return imageSize;
  }

  /** The image as [imageSize, imageSize, 3], and after that the record without it. */
  byte[] pixelsFirst(byte[] bytes) throws IOException {
    ImageTextRecord record = ImageTextRecord.parse(bytes);
    byte[] pixels = square(record.image());
    byte[] rest =
        new ImageTextRecord(
                NO_IMAGE,
                record.inputIds(),
                record.captionKey(),
                record.imageKey(),
                record.row(),
                record.text())
            .toBytes();
    byte[] both = Arrays.copyOf(pixels, pixels.length + rest.length);
    System.arraycopy(rest, 0, both, pixels.length, rest.length);
    return both;
  }

  /** [imageSize, imageSize, 3] of an image file. */
  byte[] square(byte[] image) throws IOException {
    try (Result result = decode(image)) {
      return Resampling.square(
          (TUint8) result.get(0),
          imageSize,
          source.resize(),
          fast ? Resampling.Filter.BILINEAR : Resampling.Filter.BICUBIC);
    }
  }

  /** A single [height, width, 3] of an image file. */
  Result decode(byte[] image) throws IOException {
    boolean isPng = image.length > 0 && image[0] == (byte) 0x89;
    Operand<TUint8> decode = isPng ? png : jpegs.get(fast ? ratio(image) : 0);
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(image))) {
      return session.runner().setOptions(ON_THIS_THREAD).feed(file, fed).fetch(decode).run();
    } catch (TFInvalidArgumentException | TFUnimplementedException | TensorFlowException e) {
      throw new IOException("an image of " + source.name() + " does not decode: " + e, e);
    }
  }

  /** The place of the greatest ratio at which both sides still reach the model's. */
  private int ratio(byte[] jpeg) {
    int shortSide = shortSide(jpeg);
    int place = 0;
    while (place + 1 < RATIOS.length && shortSide / RATIOS[place + 1] >= imageSize) {
      place++;
    }
    return place;
  }

  /** From the frame's header; 0 where there is none, and the whole image is decoded. */
  static int shortSide(byte[] jpeg) {
    int at = 2;
    while (at + 9 < jpeg.length && jpeg[at] == (byte) 0xff) {
      int marker = jpeg[at + 1] & 0xff;
      // 0xc4, 0xc8 and 0xcc are tables among the frames' markers.
      if (marker >= START_OF_FRAME && marker <= 0xcf && marker % 4 != 0
          || marker == START_OF_FRAME) {
        return Math.min(number(jpeg, at + 5), number(jpeg, at + 7));
      }
      at += marker == 0xff ? 1 : 2 + number(jpeg, at + 2);
    }
    return 0;
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
