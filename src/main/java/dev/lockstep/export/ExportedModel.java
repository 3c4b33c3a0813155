package dev.lockstep.export;

import com.google.common.hash.Hashing;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * An exported model, loaded again: texts and image files to embeddings. Several threads may ask it
 * at once.
 */
public final class ExportedModel implements AutoCloseable {
  private static final int FINGERPRINT_DIGITS = 12;

  private final ModelCard card;
  private final WordPieceTokenizer tokenizer;
  private final String fingerprint;
  private final SavedModelBundle bundle;

  private ExportedModel(
      ModelCard card, WordPieceTokenizer tokenizer, String fingerprint, SavedModelBundle bundle) {
    this.card = card;
    this.tokenizer = tokenizer;
    this.fingerprint = fingerprint;
    this.bundle = bundle;
  }

  /**
   * Loads a model.
   *
   * @param folder with {@code saved_model.pb}
   * @throws InvalidInputException if there is none, or it cannot be loaded
   */
  public static ExportedModel load(Path folder, ConfigProto config) {
    if (!Files.isRegularFile(folder.resolve("saved_model.pb"))) {
      throw new InvalidInputException(
          folder.toString(),
          "there is no saved_model.pb",
          "give a folder that 'lockstep export' has written, or a run");
    }
    ModelCard card = ModelCard.read(folder);
    WordPieceTokenizer tokenizer =
        new WordPieceTokenizer(
            Vocabulary.read(folder.resolve("assets").resolve(ModelCard.VOCABULARY)),
            card.tokenizer());
    try {
      return new ExportedModel(
          card,
          tokenizer,
          fingerprint(folder, card),
          SavedModelBundle.loader(folder.toString())
              .withTags(SavedModelExporter.TAG)
              .withConfigProto(config)
              .load());
    } catch (TensorFlowException | IllegalStateException | IllegalArgumentException e) {
      throw new InvalidInputException(
          folder.toString(),
          "the SavedModel cannot be loaded: " + firstLine(e),
          "copy it again, whole, or export the run again",
          e);
    }
  }

  private static String fingerprint(Path folder, ModelCard card) {
    try {
      // TensorFlow keeps the checksum of each tensor in the index.
      return Hashing.sha256()
          .newHasher()
          .putBytes(Files.readAllBytes(folder.resolve("variables").resolve("variables.index")))
          .putString(card.tokenizer() + " " + card.preprocessing(), StandardCharsets.UTF_8)
          .hash()
          .toString()
          .substring(0, FINGERPRINT_DIGITS);
    } catch (IOException e) {
      throw new InvalidInputException(
          folder.toString(), "cannot be read: " + e, "copy the model again, whole", e);
    }
  }

  public ModelCard card() {
    return card;
  }

  public WordPieceTokenizer tokenizer() {
    return tokenizer;
  }

  /** Tells one model from another: equal for equal weights. */
  public String fingerprint() {
    return fingerprint;
  }

  /** What TensorFlow has loaded, for what is asked beyond embeddings. */
  public SavedModelBundle bundle() {
    return bundle;
  }

  /**
   * The embedding of each text, of length 1.
   *
   * @param texts one at least
   */
  public float[][] embedTexts(List<String> texts) {
    int[][] rows = texts.stream().map(tokenizer::encode).toArray(int[][]::new);
    int tokens = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
    int[] ids = new int[rows.length * tokens];
    int[] mask = new int[ids.length];
    Arrays.fill(ids, tokenizer.vocabulary().padId());
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, ids, i * tokens, rows[i].length);
      Arrays.fill(mask, i * tokens, i * tokens + rows[i].length, 1);
    }
    Shape shape = Shape.of(rows.length, tokens);
    try (TInt32 inputIds = TInt32.tensorOf(shape, DataBuffers.of(ids));
        TInt32 attentionMask = TInt32.tensorOf(shape, DataBuffers.of(mask));
        Result result =
            call(
                ModelSignatures.ENCODE_TEXT,
                Map.of(
                    ModelSignatures.INPUT_IDS,
                    inputIds,
                    ModelSignatures.ATTENTION_MASK,
                    attentionMask))) {
      return rows((TFloat32) result.get(ModelSignatures.TEXT_EMBEDDING).orElseThrow());
    }
  }

  /** The embedding of each encoded image, of length 1; null for one that does not decode. */
  public float[][] embedImages(List<byte[]> images) {
    NdArray<byte[]> files = NdArrays.ofObjects(byte[].class, Shape.of(images.size()));
    for (int i = 0; i < images.size(); i++) {
      files.setObject(images.get(i), i);
    }
    try (TString bytes = TString.tensorOfBytes(files);
        Result result =
            call(ModelSignatures.ENCODE_IMAGE, Map.of(ModelSignatures.IMAGE_BYTES, bytes))) {
      float[][] rows = rows((TFloat32) result.get(ModelSignatures.IMAGE_EMBEDDING).orElseThrow());
      TBool sound = (TBool) result.get(ModelSignatures.IMAGE_OK).orElseThrow();
      for (int i = 0; i < rows.length; i++) {
        rows[i] = sound.getBoolean(i) ? rows[i] : null;
      }
      return rows;
    }
  }

  private Result call(String signature, Map<String, Tensor> inputs) {
    return bundle.function(signature).call(inputs);
  }

  private float[][] rows(TFloat32 tensor) {
    float[] all = VariableValues.floats(tensor);
    float[][] rows = new float[all.length / card.embedding()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * card.embedding(), (i + 1) * card.embedding());
    }
    return rows;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown error");
  }

  @Override
  public void close() {
    bundle.close();
  }
}
