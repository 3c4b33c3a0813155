package dev.lockstep.export;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variables;
import dev.lockstep.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MapDefun;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Writes a checkpoint as a SavedModel: a fresh inference graph without optimizer or input pipeline,
 * with three signatures over one set of variables.
 */
public final class SavedModelExporter {
  /** The tag that servers look for. */
  public static final String TAG = "serve";

  /** {@code input_ids}, {@code attention_mask} [batch, tokens] to {@code text_embedding}. */
  public static final String ENCODE_TEXT = "encode_text";

  /** {@code pixels} uint8 [batch, side, side, 3] to {@code image_embedding}. */
  public static final String ENCODE_PIXELS = "encode_pixels";

  /** {@code image_bytes} [batch], encoded images of any size, to {@code image_embedding}. */
  public static final String ENCODE_IMAGE = "encode_image";

  private static final String METHOD = "tensorflow/serving/predict";

  private final ModelSpec spec;
  private final ImagePreprocessor preprocessor;
  private final Vocabulary vocabulary;
  private final ConfigProto config;

  /**
   * @param preprocessor how images were brought to their size for the training
   */
  public SavedModelExporter(
      ModelSpec spec, ImagePreprocessor preprocessor, Vocabulary vocabulary, ConfigProto config) {
    this.spec = spec;
    this.preprocessor = preprocessor;
    this.vocabulary = vocabulary;
    this.config = config;
  }

  /**
   * Writes the SavedModel aside and gives it its name when it is whole; what stands there is
   * replaced.
   *
   * @param variables the files of a checkpoint, without their endings
   * @throws RunFailedException if it cannot be written
   */
  public void export(Path variables, Path folder) {
    Path unfinished = folder.resolveSibling(folder.getFileName() + ".unfinished");
    try {
      delete(unfinished);
      write(variables, unfinished);
      Path assets = Files.createDirectories(unfinished.resolve("assets"));
      vocabulary.write(assets.resolve("vocab.txt"));
      delete(folder);
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": the SavedModel cannot be written: " + e.getMessage(),
          "see the folder's permissions and that the disk has room",
          e);
    }
  }

  private void write(Path variables, Path folder) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables made = new Variables(tf, 0);
      DualEncoder model = new DualEncoder(tf, made, spec, vocabulary.size());
      List<Signature> signatures = new ArrayList<>();
      signatures.add(encodeText(tf, model));
      signatures.add(encodePixels(tf, model));
      signatures.add(encodeImage(tf, model));
      model.logitScale();
      CheckpointFile file = new CheckpointFile(tf, made.all());
      SavedModelSaver.add(tf, made.all());
      try (Session session = new Session(graph, config)) {
        file.restore(session, variables);
        SavedModelBundle.exporter(folder.toString())
            .withTags(TAG)
            .withSession(session)
            .withSignatures(signatures.toArray(Signature[]::new))
            .export();
      }
    }
  }

  private static Signature encodeText(Ops tf, DualEncoder model) {
    Placeholder<TInt32> inputIds = placeholder(tf, "input_ids", TInt32.class, Shape.of(-1, -1));
    Placeholder<TInt32> mask = placeholder(tf, "attention_mask", TInt32.class, Shape.of(-1, -1));
    Operand<TFloat32> embedding =
        model.textEmbedding(new Tokens(inputIds, mask), LayerMode.evaluation(false));
    return Signature.builder(ENCODE_TEXT)
        .methodName(METHOD)
        .input("input_ids", inputIds)
        .input("attention_mask", mask)
        .output("text_embedding", tf.withName("text_embedding").identity(embedding))
        .build();
  }

  private Signature encodePixels(Ops tf, DualEncoder model) {
    int side = preprocessor.size();
    Placeholder<TUint8> pixels =
        placeholder(tf, "pixels", TUint8.class, Shape.of(-1, side, side, 3));
    Operand<TFloat32> embedding = model.imageEmbedding(pixels, LayerMode.evaluation(false));
    return Signature.builder(ENCODE_PIXELS)
        .methodName(METHOD)
        .input("pixels", pixels)
        .output("image_embedding", tf.withName("pixels_embedding").identity(embedding))
        .build();
  }

  private Signature encodeImage(Ops tf, DualEncoder model) {
    Placeholder<TString> bytes = placeholder(tf, "image_bytes", TString.class, Shape.of(-1));
    Operand<TFloat32> embedding =
        model.imageEmbedding(decoded(tf, bytes), LayerMode.evaluation(false));
    return Signature.builder(ENCODE_IMAGE)
        .methodName(METHOD)
        .input("image_bytes", bytes)
        .output("image_embedding", tf.withName("image_embedding").identity(embedding))
        .build();
  }

  /** [batch, side, side, 3] of encoded images [batch]. */
  @SuppressWarnings("unchecked")
  private Operand<TUint8> decoded(Ops tf, Operand<TString> bytes) {
    int side = preprocessor.size();
    try (ConcreteFunction one =
        ConcreteFunction.create(
            inner -> {
              Placeholder<TString> image =
                  inner.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
              return Signature.builder("decode_image")
                  .input("image_bytes", image)
                  .output("pixels", preprocessor.apply(inner, image))
                  .build();
            })) {
      MapDefun all =
          tf.mapDefun(
              List.of(bytes),
              List.of(),
              List.of(TUint8.class),
              List.of(Shape.of(side, side, 3)),
              one);
      return (Operand<TUint8>) (Operand<?>) all.output().get(0);
    }
  }

  private static <T extends TType> Placeholder<T> placeholder(
      Ops tf, String name, Class<T> type, Shape shape) {
    return tf.withName(name).placeholder(type, Placeholder.shape(shape));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
