package dev.lockstep.data;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.VariableValues;
import java.util.concurrent.Semaphore;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.op.image.EncodeJpeg;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Makes of an image file what a shard holds of it: screened, decoded, set upright, resized,
 * re-encoded, and decoded once more to be sure that training can. Several threads may use one.
 */
final class ImageConverter implements AutoCloseable {
  /** Images are converted side by side; handing one graph's operations around costs more. */
  private static final RunOptions ON_THIS_THREAD =
      RunOptions.newBuilder().setInterOpThreadPool(-1).build();

  /** A pixel takes about 40 bytes on its way; a few photographs at once, a large one alone. */
  private static final int PIXELS_AT_ONCE = 12_000_000;

  /**
   * @param bytes in the store's encoding
   * @param imageKey equal for files of equal bytes
   * @param look the {@link PerceptualHash}, where the screen asks for it, or 0
   * @param width of the image that was given, in pixels
   * @param height likewise
   */
  record Converted(byte[] bytes, long imageKey, long look, int width, int height) {}

  private final StoreSpec store;
  private final ImageScreen screen;
  private final Semaphore pixelsAtOnce = new Semaphore(PIXELS_AT_ONCE, true);
  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TString> file;
  private final Placeholder<TInt32> axes;
  private final Placeholder<TInt32> mirrored;
  private final Decoding jpeg;
  private final Decoding other;
  private final Placeholder<TUint8> pixels;
  private final Operand<TString> encoded;
  private final Operand<TUint8> decodedAgain;

  /**
   * A way to decode.
   *
   * @param upright [height, width, 3]
   * @param grey what a {@link PerceptualHash} is made of
   */
  private record Decoding(Operand<TUint8> upright, Operand<TFloat32> grey) {}

  ImageConverter(StoreSpec store) {
    this.store = store;
    this.screen =
        new ImageScreen(store.minSide(), store.maxPixels(), store.screen().maxSideRatio());
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    axes = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(3)));
    mirrored = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    // What any other image needs would take several times as long.
    jpeg = decoding(tf, turned(tf, ImageDecoding.jpeg(tf, file)));
    other = decoding(tf, store.preprocessor().upright(tf, file, axes, mirrored));
    pixels = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, 3)));
    encoded =
        store.encoding() == Encoding.JPEG
            ? tf.image.encodeJpeg(
                pixels,
                EncodeJpeg.quality((long) store.jpegQuality()),
                EncodeJpeg.chromaDownsampling(false))
            : tf.image.encodePng(pixels);
    decodedAgain =
        store.encoding() == Encoding.JPEG
            ? ImageDecoding.jpeg(tf, encoded)
            : tf.image.decodePng(encoded, TUint8.class, DecodePng.channels(3L));
    session = new Session(graph);
  }

  /**
   * @throws UnusableImageException with the reason, if the file is missing, unreadable, no image,
   *     or too large, too small or damaged
   */
  Converted convert(SourceImage image) throws UnusableImageException {
    byte[] bytes = image.read();
    ImageScreen.Screened screened = screen.check(bytes);
    Orientation orientation = screened.orientation();
    // What training reads as it was published is only decoded here, to be sure that it can be.
    boolean asItIs =
        store.encoding() == Encoding.ORIGINAL
            && screened.isJpeg()
            && orientation == Orientation.UPRIGHT;
    Decoding decoding = screened.isJpeg() ? jpeg : other;
    int share = Math.min(screened.pixels(), PIXELS_AT_ONCE);
    pixelsAtOnce.acquireUninterruptibly(share);
    try (TString fedBytes = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        TInt32 fedAxes = TInt32.vectorOf(orientation.axes());
        TInt32 fedMirrored = TInt32.vectorOf(orientation.mirrored());
        Result result = decode(decoding, fedBytes, fedAxes, fedMirrored)) {
      return new Converted(
          asItIs ? bytes : stored((TUint8) result.get(0)),
          ContentKey.of(bytes),
          store.screen().looksForNearDuplicates()
              ? PerceptualHash.of(VariableValues.floats((TFloat32) result.get(1)))
              : 0,
          screened.width(),
          screened.height());
    } catch (TFResourceExhaustedException e) {
      throw new RunFailedException(
          image.name() + " needs more memory than there is to decode", "lower data.max-pixels", e);
    } catch (TFInvalidArgumentException | TFUnimplementedException | TensorFlowException e) {
      throw new UnusableImageException(
          DropReason.IMAGE_CORRUPT, "does not decode: " + firstLine(e.getMessage()));
    } finally {
      pixelsAtOnce.release(share);
    }
  }

  private Result decode(Decoding decoding, TString bytes, TInt32 turned, TInt32 turnedRound) {
    Session.Runner runner =
        session
            .runner()
            .setOptions(ON_THIS_THREAD)
            .feed(file, bytes)
            .feed(axes, turned)
            .feed(mirrored, turnedRound)
            .fetch(decoding.upright());
    return (store.screen().looksForNearDuplicates() ? runner.fetch(decoding.grey()) : runner).run();
  }

  private byte[] stored(TUint8 upright) {
    if (store.encoding() == Encoding.ORIGINAL) {
      return encode(upright);
    }
    byte[] square =
        Resampling.square(upright, store.size(), store.resize(), Resampling.Filter.BICUBIC);
    if (store.encoding() == Encoding.RAW) {
      return square;
    }
    try (TUint8 fed =
        TUint8.tensorOf(Shape.of(store.size(), store.size(), 3), DataBuffers.of(square))) {
      return encode(fed);
    }
  }

  /** As the store has it, and as training can decode it. */
  private byte[] encode(TUint8 image) {
    try (Result result =
        session
            .runner()
            .setOptions(ON_THIS_THREAD)
            .feed(pixels, image)
            .fetch(encoded)
            .addTarget(decodedAgain)
            .run()) {
      return ((TString) result.get(0)).asBytes().getObject();
    }
  }

  private Decoding decoding(Ops tf, Operand<TUint8> upright) {
    return new Decoding(upright, greys(tf, upright));
  }

  private Operand<TUint8> turned(Ops tf, Operand<TUint8> image) {
    return tf.reverse(tf.linalg.transpose(image, axes), mirrored);
  }

  /** From [height, width, 3] to the greys that a {@link PerceptualHash} is made of. */
  private static Operand<TFloat32> greys(Ops tf, Operand<TUint8> upright) {
    int side = PerceptualHash.SIDE;
    Operand<TFloat32> small =
        tf.image.resizeArea(
            tf.expandDims(upright, tf.constant(0)), tf.constant(new int[] {side, side}));
    return tf.reshape(tf.math.mean(small, tf.constant(3)), tf.constant(new int[] {side * side}));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceAll("^\\{\\{.*?}} ?", "").strip();
  }
}
