package dev.lockstep.data;

import java.util.Optional;
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
import org.tensorflow.types.TString;

/** Small pictures of image files of any kind, for a {@link PictureSheet}. */
final class ThumbnailMaker implements AutoCloseable {
  private static final int SIDE = 96;

  private final ImageScreen screen = new ImageScreen(1, 40_000_000, 0);
  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TString> file;
  private final Operand<TString> png;

  ThumbnailMaker(Optional<Background> background) {
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    png =
        tf.image.encodePng(new ImagePreprocessor(SIDE, Resize.SQUASH, background).apply(tf, file));
    session = new Session(graph);
  }

  /** A PNG; nothing of an image that does not decode. */
  Optional<byte[]> of(SourceImage image) {
    try {
      byte[] bytes = image.read();
      screen.check(bytes);
      try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
          Result result = session.runner().feed(file, fed).fetch(png).run()) {
        return Optional.of(((TString) result.get(0)).asBytes().getObject());
      }
    } catch (UnusableImageException
        | TFInvalidArgumentException
        | TFUnimplementedException
        | TensorFlowException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
