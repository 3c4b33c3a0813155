package dev.lockstep.export;

import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** What an exported model can be asked, over one set of variables. */
public final class ModelSignatures {
  /** {@code input_ids}, {@code attention_mask} [batch, tokens] to {@code text_embedding}. */
  public static final String ENCODE_TEXT = "encode_text";

  /** {@code pixels} uint8 [batch, side, side, 3] to {@code image_embedding}. */
  public static final String ENCODE_PIXELS = "encode_pixels";

  /**
   * {@code image_bytes} [batch], encoded images of any size, to {@code image_embedding} and {@code
   * image_ok}; an image that does not decode has false there and zeros for an embedding.
   */
  public static final String ENCODE_IMAGE = "encode_image";

  /**
   * {@code input_ids}, {@code attention_mask} [texts, tokens] and {@code image_bytes} [images] to
   * {@code similarity} [texts, images], the cosines, {@code logits}, the same times the learned
   * scale, and {@code image_ok}.
   */
  public static final String SIMILARITY = "similarity";

  /**
   * What a client gets that names no signature: {@link #ENCODE_TEXT}, for a collection's images are
   * embedded beforehand and its questions are texts.
   */
  public static final String DEFAULT = "serving_default";

  public static final String INPUT_IDS = "input_ids";
  public static final String ATTENTION_MASK = "attention_mask";
  public static final String IMAGE_BYTES = "image_bytes";
  public static final String PIXELS = "pixels";
  public static final String TEXT_EMBEDDING = "text_embedding";
  public static final String IMAGE_EMBEDDING = "image_embedding";
  public static final String IMAGE_OK = "image_ok";

  /** The dimension along which independent requests may be joined into one. */
  public static final String BATCH = "batch";

  private static final String COSINES = "similarity";
  private static final String LOGITS = "logits";
  private static final String METHOD = "tensorflow/serving/predict";

  private final Ops tf;
  private final DualEncoder model;
  private final ImagePreprocessor preprocessor;

  ModelSignatures(Ops tf, DualEncoder model, ImagePreprocessor preprocessor) {
    this.tf = tf;
    this.model = model;
    this.preprocessor = preprocessor;
  }

  List<Signature> all() {
    Placeholder<TInt32> inputIds = placeholder(INPUT_IDS, TInt32.class, Shape.of(-1, -1));
    Placeholder<TInt32> mask = placeholder(ATTENTION_MASK, TInt32.class, Shape.of(-1, -1));
    Operand<TFloat32> texts =
        named(TEXT_EMBEDDING, model.textEmbedding(new Tokens(inputIds, mask), evaluation()));

    int side = preprocessor.size();
    Placeholder<TUint8> pixels = placeholder(PIXELS, TUint8.class, Shape.of(-1, side, side, 3));
    Operand<TFloat32> ofPixels =
        named("pixels_embedding", model.imageEmbedding(pixels, evaluation()));

    Placeholder<TString> bytes = placeholder(IMAGE_BYTES, TString.class, Shape.of(-1));
    GuardedDecoding.Decoded decoded = new GuardedDecoding(preprocessor).decode(tf, bytes);
    Operand<TBool> sound = tf.withName(IMAGE_OK).identity(decoded.sound());
    Operand<TFloat32> images =
        named(
            IMAGE_EMBEDDING,
            zeroUnless(sound, model.imageEmbedding(decoded.pixels(), evaluation())));

    Operand<TFloat32> cosines =
        named(COSINES, tf.linalg.matMul(texts, images, MatMul.transposeB(true)));
    Operand<TFloat32> logits = named(LOGITS, tf.math.mul(cosines, model.logitScale()));
    return List.of(
        encodeText(ENCODE_TEXT, inputIds, mask, texts),
        encodeText(DEFAULT, inputIds, mask, texts),
        signature(ENCODE_PIXELS).input(PIXELS, pixels).output(IMAGE_EMBEDDING, ofPixels).build(),
        signature(ENCODE_IMAGE)
            .input(IMAGE_BYTES, bytes)
            .output(IMAGE_EMBEDDING, images)
            .output(IMAGE_OK, sound)
            .build(),
        signature(SIMILARITY)
            .input(INPUT_IDS, inputIds)
            .input(ATTENTION_MASK, mask)
            .input(IMAGE_BYTES, bytes)
            .output(COSINES, cosines)
            .output(LOGITS, logits)
            .output(IMAGE_OK, sound)
            .build());
  }

  /** The names of a tensor's dimensions, as they stand in the exported signatures. */
  static List<String> dimensions(String signature, String tensor) {
    boolean both = signature.equals(SIMILARITY);
    String texts = both ? "texts" : BATCH;
    String images = both ? "images" : BATCH;
    return switch (tensor) {
      case INPUT_IDS, ATTENTION_MASK -> List.of(texts, "tokens");
      case IMAGE_BYTES, IMAGE_OK -> List.of(images);
      case PIXELS -> List.of(images, "height", "width", "channels");
      case TEXT_EMBEDDING -> List.of(texts, "embedding");
      case IMAGE_EMBEDDING -> List.of(images, "embedding");
      case COSINES, LOGITS -> List.of(texts, images);
      default -> throw new IllegalArgumentException(signature + " has no tensor " + tensor);
    };
  }

  private static Signature encodeText(
      String key, Operand<TInt32> inputIds, Operand<TInt32> mask, Operand<TFloat32> embedding) {
    return signature(key)
        .input(INPUT_IDS, inputIds)
        .input(ATTENTION_MASK, mask)
        .output(TEXT_EMBEDDING, embedding)
        .build();
  }

  private Operand<TFloat32> zeroUnless(Operand<TBool> sound, Operand<TFloat32> embeddings) {
    Operand<TBool> column = tf.expandDims(sound, tf.constant(1));
    return tf.select(column, embeddings, tf.zerosLike(embeddings));
  }

  private static Signature.Builder signature(String key) {
    return Signature.builder(key).methodName(METHOD);
  }

  private static LayerMode evaluation() {
    return LayerMode.evaluation(false);
  }

  private Operand<TFloat32> named(String name, Operand<TFloat32> value) {
    return tf.withName(name).identity(value);
  }

  private <T extends TType> Placeholder<T> placeholder(String name, Class<T> type, Shape shape) {
    return tf.withName(name).placeholder(type, Placeholder.shape(shape));
  }
}
