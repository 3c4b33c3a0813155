package dev.lockstep.data;

import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  private static final long MAX_FILE_BYTES = 256L << 20;

  /** A pixel takes about 40 bytes on its way; a few photographs at once, a large one alone. */
  private static final int PIXELS_AT_ONCE = 12_000_000;

  /**
   * @param bytes in the store's encoding
   * @param imageKey equal for files of equal bytes
   */
  record Converted(byte[] bytes, long imageKey) {}

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

  ImageConverter(StoreSpec store) {
    this.store = store;
    this.screen = new ImageScreen(store.minSide(), store.maxPixels());
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    axes = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(3)));
    mirrored = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    Operand<TUint8> pixels = store.preprocessor().apply(tf, file, axes, mirrored);
    Operand<TString> encoded =
        switch (store.encoding()) {
          case RAW -> null;
          case PNG -> tf.image.encodePng(pixels);
          case JPEG ->
              tf.image.encodeJpeg(
                  pixels,
                  EncodeJpeg.quality((long) store.jpegQuality()),
                  EncodeJpeg.chromaDownsampling(false));
        };
    stored = encoded == null ? pixels : encoded;
    decodedAgain =
        encoded == null
            ? pixels
            : ImageDecoding.stored(tf, encoded, store.encoding(), store.size());
    session = new Session(graph);
  }

  /**
   * @throws UnusableImageException with the reason, if the file is missing, unreadable, no image,
   *     or too large, too small or damaged
   */
  Converted convert(Path path) throws UnusableImageException {
    byte[] bytes = read(path);
    ImageScreen.Screened screened = screen.check(bytes);
    Orientation orientation = screened.orientation();
    int share = Math.min(screened.pixels(), PIXELS_AT_ONCE);
    pixelsAtOnce.acquireUninterruptibly(share);
    try (TString fedBytes = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        TInt32 fedAxes = TInt32.vectorOf(orientation.axes());
        TInt32 fedMirrored = TInt32.vectorOf(orientation.mirrored());
        Result result =
            session
                .runner()
                .setOptions(ON_THIS_THREAD)
                .feed(file, fedBytes)
                .feed(axes, fedAxes)
                .feed(mirrored, fedMirrored)
                .fetch(stored)
                .addTarget(decodedAgain)
                .run()) {
      return new Converted(storedBytes(result), ContentKey.of(bytes));
    } catch (TFResourceExhaustedException e) {
      throw new RunFailedException(
          path + " needs more memory than there is to decode", "lower data.max-pixels", e);
    } catch (TFInvalidArgumentException | TFUnimplementedException | TensorFlowException e) {
      throw new UnusableImageException(
          DropReason.IMAGE_CORRUPT, "does not decode: " + firstLine(e.getMessage()));
    } finally {
      pixelsAtOnce.release(share);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private byte[] storedBytes(Result result) {
    if (store.encoding() == Encoding.RAW) {
      TUint8 pixels = (TUint8) result.get(0);
      byte[] bytes = new byte[Math.toIntExact(pixels.size())];
      pixels.asRawTensor().data().read(bytes);
      return bytes;
    }
    return ((TString) result.get(0)).asBytes().getObject();
  }

  private static byte[] read(Path path) throws UnusableImageException {
    try {
      long size = Files.size(path);
      if (Files.isDirectory(path)) {
        throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, "a folder");
      }
      if (size == 0) {
        throw new UnusableImageException(DropReason.IMAGE_EMPTY, "0 bytes");
      }
      if (size > MAX_FILE_BYTES) {
        throw new UnusableImageException(
            DropReason.IMAGE_TOO_LARGE, size + " bytes; up to " + MAX_FILE_BYTES + " are read");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new UnusableImageException(DropReason.IMAGE_MISSING, "no such file: " + path);
    } catch (AccessDeniedException e) {
      throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, "access denied: " + path);
    } catch (IOException e) {
      throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, e.toString());
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceAll("^\\{\\{.*?}} ?", "").strip();
  }
}
