package dev.lockstep.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.ModelVersion;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The addresses under {@code /v1/models}, as TensorFlow Serving's REST has them. */
final class ModelEndpoint {
  private static final Pattern ADDRESS =
      Pattern.compile(
          "/v1/models/(?<name>[^/:]+)(/versions/(?<version>[0-9]{1,18}))?"
              + "(?<rest>/metadata|:predict)?");

  private final String name;
  private final ModelFolder models;
  private final PredictEndpoint predict;

  ModelEndpoint(String name, ModelFolder models, PredictEndpoint predict) {
    this.name = name;
    this.models = models;
    this.predict = predict;
  }

  /** {@code GET}: the state of a model, or its signatures. */
  void get(Context context) {
    Matcher address = address(context);
    Optional<Long> version = version(address);
    if (":predict".equals(address.group("rest"))) {
      throw malformed(context);
    }
    JsonObject answer =
        address.group("rest") == null ? status(version) : metadata(models.version(version));
    context.contentType("application/json").result(answer.toString());
  }

  /** {@code POST}: a prediction. */
  void post(Context context) {
    Matcher address = address(context);
    if (!":predict".equals(address.group("rest"))) {
      throw malformed(context);
    }
    predict.predict(context, version(address));
  }

  private Matcher address(Context context) {
    Matcher address = ADDRESS.matcher(context.path());
    if (!address.matches()) {
      throw malformed(context);
    }
    if (!address.group("name").equals(name)) {
      String asked =
          version(address)
              .map(v -> "Specific(%s, %d)".formatted(address.group("name"), v))
              .orElse("Latest(%s)".formatted(address.group("name")));
      throw new RefusedException(
          Reason.NOT_FOUND, "Servable not found for request: " + asked + "; there is " + name);
    }
    version(address)
        .filter(version -> version != models.current().number() && !failed(version))
        .ifPresent(
            version -> {
              throw new RefusedException(
                  Reason.NOT_FOUND,
                  "Servable not found for request: Specific(%s, %d)".formatted(name, version));
            });
    return address;
  }

  private boolean failed(long version) {
    return models.failure().filter(failure -> failure.version() == version).isPresent();
  }

  private static Optional<Long> version(Matcher address) {
    return Optional.ofNullable(address.group("version")).map(Long::valueOf);
  }

  private static RefusedException malformed(Context context) {
    return new RefusedException(
        Reason.INVALID, "Malformed request: " + context.method() + " " + context.path());
  }

  private JsonObject status(Optional<Long> asked) {
    JsonArray versions = new JsonArray();
    long current = models.current().number();
    if (asked.isEmpty() || asked.get() == current) {
      versions.add(status(current, "AVAILABLE", "OK", ""));
    }
    models
        .failure()
        .filter(failure -> asked.isEmpty() || asked.get() == failure.version())
        .ifPresent(
            failure ->
                versions.add(status(failure.version(), "END", "INTERNAL", failure.message())));
    JsonObject answer = new JsonObject();
    answer.add("model_version_status", versions);
    return answer;
  }

  private static JsonObject status(long version, String state, String code, String message) {
    JsonObject status = new JsonObject();
    status.addProperty("error_code", code);
    status.addProperty("error_message", message);
    JsonObject answer = new JsonObject();
    answer.addProperty("version", String.valueOf(version));
    answer.addProperty("state", state);
    answer.add("status", status);
    return answer;
  }

  private JsonObject metadata(ModelVersion version) {
    JsonObject spec = new JsonObject();
    spec.addProperty("name", name);
    spec.addProperty("signature_name", "");
    spec.addProperty("version", String.valueOf(version.number()));
    JsonObject signatures = new JsonObject();
    version.signatures().forEach((key, signature) -> signatures.add(key, signature(signature)));
    JsonObject inner = new JsonObject();
    inner.add("signature_def", signatures);
    JsonObject metadata = new JsonObject();
    metadata.add("signature_def", inner);
    JsonObject answer = new JsonObject();
    answer.add("model_spec", spec);
    answer.add("metadata", metadata);
    return answer;
  }

  private static JsonObject signature(SignatureDef signature) {
    JsonObject json = new JsonObject();
    json.add("inputs", tensors(signature.getInputsMap()));
    json.add("outputs", tensors(signature.getOutputsMap()));
    json.addProperty("method_name", signature.getMethodName());
    json.add("defaults", new JsonObject());
    return json;
  }

  private static JsonObject tensors(Map<String, TensorInfo> tensors) {
    JsonObject json = new JsonObject();
    tensors.forEach(
        (name, info) -> {
          JsonArray sides = new JsonArray();
          for (TensorShapeProto.Dim side : info.getTensorShape().getDimList()) {
            JsonObject dimension = new JsonObject();
            dimension.addProperty("size", String.valueOf(side.getSize()));
            dimension.addProperty("name", side.getName());
            sides.add(dimension);
          }
          JsonObject shape = new JsonObject();
          shape.add("dim", sides);
          shape.addProperty("unknown_rank", info.getTensorShape().getUnknownRank());
          JsonObject tensor = new JsonObject();
          tensor.addProperty("dtype", info.getDtype().name());
          tensor.add("tensor_shape", shape);
          tensor.addProperty("name", info.getName());
          json.add(name, tensor);
        });
    return json;
  }
}
