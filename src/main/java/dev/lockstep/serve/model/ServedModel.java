package dev.lockstep.serve.model;

import dev.lockstep.export.ExportedModel;
import dev.lockstep.export.ModelSignatures;
import dev.lockstep.export.ModelVersions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** One version of a model with the signatures that clients may call. */
final class ServedModel implements AutoCloseable {
  /** What TensorFlow writes into a model for itself, which no client can call. */
  private static final String INTERNAL = "__saved_model";

  private final long version;
  private final ExportedModel exported;
  private final Map<String, SignatureDef> signatures = new LinkedHashMap<>();

  private ServedModel(long version, ExportedModel exported) {
    this.version = version;
    this.exported = exported;
    exported
        .bundle()
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
   * @throws dev.lockstep.error.InvalidInputException if it cannot be loaded
   */
  static ServedModel load(ModelVersions.Version version, ConfigProto config) {
    ServedModel model =
        new ServedModel(version.number(), ExportedModel.load(version.folder(), config));
    model.run(
        ModelSignatures.ENCODE_TEXT, TextInput.of(model.exported.tokenizer(), List.of("", "")));
    model.run(
        ModelSignatures.ENCODE_IMAGE,
        Map.of(ModelSignatures.IMAGE_BYTES, TensorValue.of(List.of(new byte[0], new byte[0]))));
    return model;
  }

  long version() {
    return version;
  }

  ExportedModel exported() {
    return exported;
  }

  /** By name; a client may call each. */
  Map<String, SignatureDef> signatures() {
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
  Map<String, TensorValue> run(String signature, Map<String, TensorValue> inputs) {
    SignatureDef definition = signatures.get(signature);
    List<Tensor> fed = new ArrayList<>();
    try {
      Session.Runner runner = exported.bundle().session().runner();
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

  @Override
  public void close() {
    exported.close();
  }
}
