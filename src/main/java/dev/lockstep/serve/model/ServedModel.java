package dev.lockstep.serve.model;

import com.google.common.hash.Hashing;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.export.ModelCard;
import dev.lockstep.export.ModelSignatures;
import dev.lockstep.export.ModelVersions;
import dev.lockstep.export.SavedModelExporter;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** One version of an exported model, loaded. Several threads may ask it at once. */
public final class ServedModel implements AutoCloseable {
  /** What TensorFlow writes into a signature of its own making, which no client can call. */
  private static final String INTERNAL = "__saved_model";

  private static final int FINGERPRINT_DIGITS = 12;

  private final long version;
  private final String fingerprint;
  private final ModelCard card;
  private final WordPieceTokenizer tokenizer;
  private final SavedModelBundle bundle;
  private final Map<String, SignatureDef> signatures = new LinkedHashMap<>();

  private ServedModel(
      long version,
      String fingerprint,
      ModelCard card,
      WordPieceTokenizer tokenizer,
      SavedModelBundle bundle) {
    this.version = version;
    this.fingerprint = fingerprint;
    this.card = card;
    this.tokenizer = tokenizer;
    this.bundle = bundle;
    bundle
        .metaGraphDef()
        .getSignatureDefMap()
        .forEach(
            (key, signature) -> {
              if (!key.startsWith(INTERNAL)) {
                signatures.put(key, signature);
              }
            });
  }

  /**
   * Loads a version and runs it once, so that its first client does not wait for what TensorFlow
   * does at a first run.
   *
   * @throws InvalidInputException if it cannot be loaded
   */
  public static ServedModel load(ModelVersions.Version version, ConfigProto config) {
    Path folder = version.folder();
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
      SavedModelBundle bundle =
          SavedModelBundle.loader(folder.toString())
              .withTags(SavedModelExporter.TAG)
              .withConfigProto(config)
              .load();
      ServedModel model =
          new ServedModel(version.number(), fingerprint(folder, card), card, tokenizer, bundle);
      model.warmUp();
      return model;
    } catch (TensorFlowException | IllegalStateException | IllegalArgumentException e) {
      throw new InvalidInputException(
          folder.toString(),
          "the SavedModel cannot be loaded: " + firstLine(e),
          "copy it again, whole, or export the run again",
          e);
    }
  }

  private void warmUp() {
    for (int rows : new int[] {1, 2}) {
      run(
          ModelSignatures.ENCODE_TEXT,
          TextInput.of(tokenizer, new ArrayList<>(List.of("", "").subList(0, rows))));
      run(
          ModelSignatures.ENCODE_IMAGE,
          Map.of(
              ModelSignatures.IMAGE_BYTES,
              TensorValue.of(List.of(new byte[0], new byte[0]).subList(0, rows))));
    }
  }

  /** Tells one model from another: the checksums of its weights, in short. */
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

  /** Equal for equal weights. */
  public String fingerprint() {
    return fingerprint;
  }

  public long version() {
    return version;
  }

  public ModelCard card() {
    return card;
  }

  public WordPieceTokenizer tokenizer() {
    return tokenizer;
  }

  /** By name; a client may call each. */
  public Map<String, SignatureDef> signatures() {
    return signatures;
  }

  /** Whether independent requests to a signature can be answered by one run, row by row. */
  boolean joins(String signature) {
    SignatureDef definition = signatures.get(signature);
    return definition.getInputsMap().values().stream().allMatch(ServedModel::isBatch)
        && definition.getOutputsMap().values().stream().allMatch(ServedModel::isBatch);
  }

  private static boolean isBatch(TensorInfo info) {
    return info.getTensorShape().getDimCount() > 0
        && info.getTensorShape().getDim(0).getName().equals(ModelSignatures.BATCH);
  }

  /**
   * Runs a signature.
   *
   * @param inputs all of its inputs, of its types and shapes
   * @return all of its outputs, by name
   */
  public Map<String, TensorValue> run(String signature, Map<String, TensorValue> inputs) {
    SignatureDef definition = signatures.get(signature);
    List<Tensor> fed = new ArrayList<>();
    try {
      Session.Runner runner = bundle.session().runner();
      for (Map.Entry<String, TensorInfo> input : definition.getInputsMap().entrySet()) {
        Tensor tensor = inputs.get(input.getKey()).toTensor();
        fed.add(tensor);
        runner.feed(input.getValue().getName(), tensor);
      }
      List<String> names = new ArrayList<>(definition.getOutputsMap().keySet());
      for (String name : names) {
        runner.fetch(definition.getOutputsOrThrow(name).getName());
      }
      Map<String, TensorValue> outputs = new LinkedHashMap<>();
      try (Result result = runner.run()) {
        for (int i = 0; i < names.size(); i++) {
          outputs.put(names.get(i), TensorValue.of(result.get(i)));
        }
      }
      return outputs;
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown error");
  }

  @Override
  public void close() {
    bundle.close();
  }
}
