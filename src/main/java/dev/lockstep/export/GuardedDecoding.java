package dev.lockstep.export;

import dev.lockstep.data.ImagePreprocessor;
import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MapDefun;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Decodes a batch of encoded images of which some may be damaged. An operation that fails ends the
 * whole run of a graph, and no header tells of a fault further in: so each image becomes a dataset
 * of one element, whose errors are dropped, followed by a black image that takes its place.
 */
final class GuardedDecoding {
  private final ImagePreprocessor preprocessor;
  private final List<Class<? extends TType>> types = List.of(TUint8.class, TBool.class);
  private final List<Shape> shapes;

  GuardedDecoding(ImagePreprocessor preprocessor) {
    this.preprocessor = preprocessor;
    int side = preprocessor.size();
    this.shapes = List.of(Shape.of(side, side, 3), Shape.scalar());
  }

  /**
   * @param pixels [batch, side, side, 3]; black where an image is damaged
   * @param sound [batch], whether an image was decoded
   */
  record Decoded(Operand<TUint8> pixels, Operand<TBool> sound) {}

  /**
   * @param bytes [batch], encoded images of any size
   */
  @SuppressWarnings("unchecked")
  Decoded decode(Ops tf, Operand<TString> bytes) {
    try (ConcreteFunction one = ConcreteFunction.create(this::decodeOrBlack)) {
      MapDefun all = tf.mapDefun(List.of(bytes), List.of(), types, shapes, one);
      return new Decoded(
          (Operand<TUint8>) (Operand<?>) all.output().get(0),
          (Operand<TBool>) (Operand<?>) all.output().get(1));
    }
  }

  private Signature decodeOrBlack(Ops tf) {
    Placeholder<TString> image = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    try (ConcreteFunction decode = ConcreteFunction.create(this::decode)) {
      Operand<? extends TType> decoded =
          tf.data.ignoreErrorsDataset(
              tf.data.mapDataset(
                  tf.data.tensorDataset(List.of(image), List.of(Shape.scalar())),
                  List.of(),
                  decode,
                  types,
                  shapes),
              types,
              shapes);
      int side = preprocessor.size();
      Operand<TUint8> black =
          tf.fill(tf.constant(new int[] {side, side, 3}), tf.constant((byte) 0));
      Operand<? extends TType> instead =
          tf.data.tensorDataset(List.of(black, tf.constant(false)), shapes);
      List<? extends Operand<?>> first =
          tf.data
              .datasetToSingleElement(
                  tf.data.takeDataset(
                      tf.data.concatenateDataset(decoded, instead, types, shapes),
                      tf.constant(1L),
                      types,
                      shapes),
                  types,
                  shapes)
              .components();
      return Signature.builder("decode_or_black")
          .input("image_bytes", image)
          .output("pixels", first.get(0))
          .output("sound", first.get(1))
          .build();
    }
  }

  private Signature decode(Ops tf) {
    Placeholder<TString> image = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    return Signature.builder("decode")
        .input("image_bytes", image)
        .output("pixels", preprocessor.applyUpright(tf, image))
        .output("sound", tf.constant(true))
        .build();
  }
}
