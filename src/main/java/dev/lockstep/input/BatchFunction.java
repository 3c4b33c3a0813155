package dev.lockstep.input;

import dev.lockstep.data.Encoding;
import java.util.List;
import java.util.Optional;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * From the positions and the serialised records of a batch to the components of a {@link Batch}, as
 * one function that a dataset maps with, so that the batch costs one call.
 */
final class BatchFunction {
  /**
   * Texts are padded to a multiple of this, so that a training meets few different shapes; but
   * never to more than the context length, for which a model may have no positions.
   */
  static final int TOKEN_MULTIPLE = 8;

  private static final long PAD_ID = 0;
  private static final List<Class<? extends TType>> IMAGE = List.of(TUint8.class);

  /**
   * What is drawn at random for a batch.
   *
   * @param augment of the images
   * @param otherView of the second image of each
   * @param mask of the hidden tokens
   */
  record Seeds(long augment, long otherView, long mask) {}

  private final RecordSource source;
  private final BatchLayout layout;
  private final AugmentSpec augment;
  private final Seeds seeds;
  private final Optional<TokenMask> mask;
  private final Shape batch;

  /**
   * @param mask what hides tokens, where the layout has hidden ones
   * @param batchSize what all batches have, or -1
   */
  BatchFunction(
      RecordSource source,
      BatchLayout layout,
      AugmentSpec augment,
      Seeds seeds,
      Optional<TokenMask> mask,
      long batchSize) {
    this.batch = Shape.of(batchSize);
    this.source = source;
    this.layout = layout;
    this.augment = augment;
    this.seeds = seeds;
    this.mask = mask;
  }

  ConcreteFunction create() {
    try (ConcreteFunction decode = decodeFunction()) {
      return ConcreteFunction.create(tf -> build(tf, decode));
    }
  }

  private Signature build(Ops tf, ConcreteFunction decode) {
    Placeholder<TInt64> positions = tf.placeholder(TInt64.class, Placeholder.shape(batch));
    Placeholder<TString> records = tf.placeholder(TString.class, Placeholder.shape(batch));
    Signature.Builder signature =
        Signature.builder("batch").input("positions", positions).input("records", records);
    boolean apart = OriginalImages.come(source, layout);
    ParsedRecords parsed = ParsedRecords.of(tf, records, layout, !apart);
    Operand<TUint8> decoded = apart ? pixels(tf, signature) : decoded(tf, parsed.images(), decode);
    Images images = images(tf, decoded, positions);
    Texts texts = texts(tf, parsed, positions);
    output(signature, "images", images.first());
    output(signature, "inputIds", texts.ids());
    output(signature, "attentionMask", texts.attentionMask());
    signature
        .output("captionKeys", parsed.captionKeys())
        .output("imageKeys", parsed.imageKeys())
        .output("rows", parsed.rows());
    output(signature, "otherImages", images.second());
    output(signature, "maskedIds", texts.maskedIds());
    output(signature, "hidden", texts.hidden());
    if (layout.imageFeatures() > 0) {
      signature.output(
          "imageFeatures",
          FeatureRecord.decode(tf, parsed.imageFeatures(), layout.imageFeatures()));
    }
    if (layout.textFeatures() > 0) {
      signature.output(
          "textFeatures", FeatureRecord.decode(tf, parsed.textFeatures(), layout.textFeatures()));
    }
    return signature.build();
  }

  private static void output(Signature.Builder signature, String name, Operand<?> operand) {
    if (operand != null) {
      signature.output(name, operand);
    }
  }

  /** The images of a batch, each null where the layout leaves it out. */
  private record Images(Operand<TUint8> first, Operand<TUint8> second) {}

  /** Those of originals, which come apart from the records. */
  private Operand<TUint8> pixels(Ops tf, Signature.Builder signature) {
    int size = source.storedSize();
    Shape squares = Shape.of(batch.size(0), size, size, RecordBatch.CHANNELS);
    Placeholder<TUint8> pixels = tf.placeholder(TUint8.class, Placeholder.shape(squares));
    signature.input("pixels", pixels);
    return firstOfEach(tf, pixels);
  }

  private Images images(Ops tf, Operand<TUint8> decoded, Operand<TInt64> positions) {
    if (decoded == null) {
      return new Images(null, null);
    }
    Operand<TInt64> places = firstOfEach(tf, positions);
    return new Images(
        layout.images() ? resized(tf, decoded, seeds.augment(), places) : null,
        layout.otherView() ? resized(tf, decoded, seeds.otherView(), places) : null);
  }

  /** Of [batch], one for each image. */
  private <T extends TType> Operand<T> firstOfEach(Ops tf, Operand<T> ofPairs) {
    int step = layout.captionsPerImage();
    return step == 1
        ? ofPairs
        : tf.stridedSlice(
            ofPairs,
            tf.constant(new int[] {0}),
            tf.constant(new int[] {0}),
            tf.constant(new int[] {step}),
            StridedSlice.endMask(1L));
  }

  /** The texts of a batch, each part null where the layout leaves it out. */
  private record Texts(
      Operand<TInt32> ids,
      Operand<TInt32> attentionMask,
      Operand<TInt32> maskedIds,
      Operand<TInt32> hidden) {}

  private Texts texts(Ops tf, ParsedRecords parsed, Operand<TInt64> positions) {
    if (!layout.tokens()) {
      return new Texts(null, null, null, null);
    }
    Operand<TInt64> lengths = lengths(tf, parsed.rowSplits());
    Operand<TInt64> width = paddedWidth(tf, lengths);
    Operand<TInt32> ids = inputIds(tf, parsed, width);
    Operand<TInt32> attentionMask = attentionMask(tf, lengths, width);
    if (!layout.masks()) {
      return new Texts(ids, attentionMask, null, null);
    }
    TokenMask.Masked masked =
        mask.orElseThrow()
            .apply(
                tf,
                ids,
                attentionMask,
                source.contextLength(),
                new PositionalRandom(tf, seeds.mask(), positions));
    return new Texts(ids, attentionMask, masked.ids(), masked.hidden());
  }

  /** [batch] strings to [batch, storedSize, storedSize, 3]. */
  @SuppressWarnings("unchecked")
  private Operand<TUint8> decoded(Ops tf, Operand<TString> strings, ConcreteFunction decode) {
    if (strings == null) {
      return null;
    }
    Operand<TString> images = firstOfEach(tf, strings);
    int size = source.storedSize();
    if (source.encoding() == Encoding.RAW) {
      return tf.reshape(
          tf.io.decodeRaw(images, TUint8.class), tf.constant(new int[] {-1, size, size, 3}));
    }
    return (Operand<TUint8>)
        tf.mapDefun(List.of(images), List.of(), IMAGE, List.of(Shape.of(size, size, 3)), decode)
            .output()
            .get(0);
  }

  /** One image: a string to [storedSize, storedSize, 3]. */
  private ConcreteFunction decodeFunction() {
    return ConcreteFunction.create(
        tf -> {
          Placeholder<TString> bytes =
              tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
          Operand<TUint8> image =
              source.encoding() == Encoding.PNG
                  ? tf.image.decodePng(bytes, TUint8.class, DecodePng.channels(3L))
                  // The default is up to 10 levels off Pillow's result, and was not measured to be
                  // faster.
                  : tf.image.decodeJpeg(
                      bytes, DecodeJpeg.channels(3L), DecodeJpeg.dctMethod("INTEGER_ACCURATE"));
          int size = source.storedSize();
          return Signature.builder("decode")
              .input("bytes", bytes)
              .output("image", tf.ensureShape(image, Shape.of(size, size, 3)))
              .build();
        });
  }

  /** [batch, storedSize, storedSize, 3] to [batch, imageSize, imageSize, 3]. */
  private Operand<TUint8> resized(
      Ops tf, Operand<TUint8> images, long seed, Operand<TInt64> positions) {
    int imageSize = layout.imageSize();
    if (!augment.isNone()) {
      return new Augmentation(augment, source, imageSize)
          .apply(tf, images, new PositionalRandom(tf, seed, positions));
    }
    if (source.storedSize() == imageSize) {
      return images;
    }
    Operand<TFloat32> averaged =
        tf.image.resizeArea(images, tf.constant(new int[] {imageSize, imageSize}));
    return tf.dtypes.cast(tf.math.add(averaged, tf.constant(0.5f)), TUint8.class);
  }

  private static Operand<TInt64> lengths(Ops tf, Operand<TInt64> rowSplits) {
    Operand<TInt32> one = tf.constant(new int[] {1});
    Operand<TInt32> texts = tf.math.sub(tf.shape(rowSplits), one);
    return tf.math.sub(
        tf.slice(rowSplits, one, texts), tf.slice(rowSplits, tf.constant(new int[] {0}), texts));
  }

  private Operand<TInt64> paddedWidth(Ops tf, Operand<TInt64> lengths) {
    Operand<TInt64> longest = tf.reduceMax(lengths, tf.constant(0));
    Operand<TInt64> multiple = tf.constant((long) TOKEN_MULTIPLE);
    Operand<TInt64> rounded =
        tf.math.mul(
            tf.math.floorDiv(tf.math.add(longest, tf.constant(TOKEN_MULTIPLE - 1L)), multiple),
            multiple);
    return tf.math.minimum(rounded, tf.constant((long) source.contextLength()));
  }

  private static Operand<TInt32> inputIds(Ops tf, ParsedRecords parsed, Operand<TInt64> width) {
    Operand<TInt64> dense =
        tf.ragged.raggedTensorToTensor(
            tf.stack(List.of(tf.constant(-1L), width)),
            parsed.ids(),
            tf.constant(PAD_ID),
            List.of(parsed.rowSplits()),
            List.of("ROW_SPLITS"));
    return tf.dtypes.cast(dense, TInt32.class);
  }

  private static Operand<TInt32> attentionMask(
      Ops tf, Operand<TInt64> lengths, Operand<TInt64> width) {
    Operand<TInt64> places = tf.range(tf.constant(0L), width, tf.constant(1L));
    Operand<TBool> isToken = tf.math.less(places, tf.expandDims(lengths, tf.constant(1)));
    return tf.dtypes.cast(isToken, TInt32.class);
  }
}
