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
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
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
  private final Operand<?> stored;
  private final Operand<TUint8> decodedAgain;
  private final Operand<TFloat32> grey;

  ImageConverter(StoreSpec store) {
    this.store = store;
    this.screen =
        new ImageScreen(store.minSide(), store.maxPixels(), store.screen().maxSideRatio());
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    axes = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(3)));
    mirrored = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    boolean original = store.encoding() == Encoding.ORIGINAL;
    Operand<TUint8> upright = store.preprocessor().upright(tf, file, axes, mirrored);
    Operand<TUint8> pixels = original ? upright : store.preprocessor().square(tf, upright);
    Operand<TString> encoded =
        switch (store.encoding()) {
          case RAW -> null;
          case PNG, ORIGINAL -> tf.image.encodePng(pixels);
          case JPEG ->
              tf.image.encodeJpeg(
                  pixels,
                  EncodeJpeg.quality((long) store.jpegQuality()),
                  EncodeJpeg.chromaDownsampling(false));
        };
    stored = encoded == null ? pixels : encoded;
    decodedAgain =
        encoded == null || original
            ? pixels
            : ImageDecoding.stored(tf, encoded, store.encoding(), store.size());
    grey = greys(tf, upright);
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
    int share = Math.min(screened.pixels(), PIXELS_AT_ONCE);
    pixelsAtOnce.acquireUninterruptibly(share);
    try (TString fedBytes = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        TInt32 fedAxes = TInt32.vectorOf(orientation.axes());
        TInt32 fedMirrored = TInt32.vectorOf(orientation.mirrored());
        Result result = run(fedBytes, fedAxes, fedMirrored, asItIs)) {
      return new Converted(
          asItIs ? bytes : storedBytes(result),
          ContentKey.of(bytes),
          store.screen().looksForNearDuplicates()
              ? PerceptualHash.of(VariableValues.floats((TFloat32) result.get(0)))
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

  private Result run(TString bytes, TInt32 turned, TInt32 turnedRound, boolean asItIs) {
    Session.Runner runner =
        session
            .runner()
            .setOptions(ON_THIS_THREAD)
            .feed(file, bytes)
            .feed(axes, turned)
            .feed(mirrored, turnedRound)
            .addTarget(decodedAgain);
    if (store.screen().looksForNearDuplicates()) {
      runner.fetch(grey);
    }
    return (asItIs ? runner : runner.fetch(stored)).run();
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

  private byte[] storedBytes(Result result) {
    if (store.encoding() == Encoding.RAW) {
      TUint8 pixels = (TUint8) result.get(result.size() - 1);
      byte[] bytes = new byte[Math.toIntExact(pixels.size())];
      pixels.asRawTensor().data().read(bytes);
      return bytes;
    }
    return ((TString) result.get(result.size() - 1)).asBytes().getObject();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceAll("^\\{\\{.*?}} ?", "").strip();
  }
}
