package dev.lockstep.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.lockstep.export.ModelSignatures;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.ModelVersion;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import dev.lockstep.serve.model.TensorValue;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * {@code POST /v1/models/NAME[/versions/N]:predict}, as TensorFlow Serving's REST has it: {@code
 * instances} row by row or {@code inputs} column by column.
 */
final class PredictEndpoint {
  private static final String SIGNATURE = "signature_name";
  private static final String INSTANCES = "instances";
  private static final String INPUTS = "inputs";

  private final ModelFolder models;
  private final Limits limits;
  private final RequestBody body;
  private final Answers answers;

  PredictEndpoint(ModelFolder models, Limits limits, RequestBody body, Answers answers) {
    this.models = models;
    this.limits = limits;
    this.body = body;
    this.answers = answers;
  }

  private record Asked(boolean byRow, CompletableFuture<Map<String, TensorValue>> answer) {}

  void predict(Context context, Optional<Long> version) {
    JsonObject request = body.object(context);
    Asked asked =
        version.isPresent()
            ? ask(models.version(version), request)
            : models.ask(current -> ask(current, request));
    answers.json(
        context,
        asked.answer(),
        limits.answerTime(),
        outputs -> asked.byRow() ? rows(outputs) : columns(outputs));
  }

  private static Asked ask(ModelVersion version, JsonObject request) {
    String name = signatureName(request);
    SignatureDef signature = version.signatures().get(name);
    if (signature == null) {
      throw invalid(
          "Serving signature name: \"%s\" not found in signature def; there are %s"
              .formatted(name, version.signatures().keySet()));
    }
    boolean byRow = request.has(INSTANCES);
    if (byRow == request.has(INPUTS)) {
      throw invalid(
          byRow
              ? "Both 'inputs' and 'instances' keys are there; give one of them"
              : "Missing 'inputs' or 'instances' key");
    }
    Map<String, TensorInfo> inputs = signature.getInputsMap();
    Map<String, TensorValue> values =
        byRow ? ofInstances(request.get(INSTANCES), inputs) : ofInputs(request.get(INPUTS), inputs);
    return new Asked(byRow, version.ask(name, values));
  }

  private static String signatureName(JsonObject request) {
    JsonElement name = request.get(SIGNATURE);
    if (name == null) {
      return ModelSignatures.DEFAULT;
    }
    if (name instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw invalid("'signature_name' key must be a string value");
  }

  private static Map<String, TensorValue> ofInstances(
      JsonElement json, Map<String, TensorInfo> inputs) {
    if (!json.isJsonArray() || json.getAsJsonArray().isEmpty()) {
      throw invalid("'instances' must be a list with one element at least");
    }
    Map<String, JsonArray> columns = new HashMap<>();
    inputs.keySet().forEach(name -> columns.put(name, new JsonArray()));
    int row = 0;
    for (JsonElement instance : json.getAsJsonArray()) {
      boolean byName = instance.isJsonObject() && !TensorJson.isB64(instance);
      if (byName) {
        checkNames(instance.getAsJsonObject().keySet(), inputs.keySet(), "element " + row);
        columns.forEach((name, column) -> column.add(instance.getAsJsonObject().get(name)));
      } else if (inputs.size() == 1) {
        columns.values().iterator().next().add(instance);
      } else {
        throw invalid(
            "Failed to process element: %d of 'instances' list: must be an object with %s"
                .formatted(row, inputs.keySet()));
      }
      row++;
    }
    Map<String, TensorValue> values = new HashMap<>();
    columns.forEach(
        (name, column) -> values.put(name, TensorJson.read(name, column, inputs.get(name))));
    return values;
  }

  private static Map<String, TensorValue> ofInputs(
      JsonElement json, Map<String, TensorInfo> inputs) {
    Map<String, TensorValue> values = new HashMap<>();
    if (json.isJsonObject() && !TensorJson.isB64(json)) {
      checkNames(json.getAsJsonObject().keySet(), inputs.keySet(), "'inputs'");
      inputs.forEach(
          (name, info) ->
              values.put(name, TensorJson.read(name, json.getAsJsonObject().get(name), info)));
    } else if (inputs.size() == 1) {
      String name = inputs.keySet().iterator().next();
      values.put(name, TensorJson.read(name, json, inputs.get(name)));
    } else {
      throw invalid("'inputs' must be an object with " + inputs.keySet());
    }
    if (values.values().stream().anyMatch(value -> value.rows() == 0)) {
      throw invalid("'inputs' must have one row at least");
    }
    return values;
  }

  private static void checkNames(Set<String> given, Set<String> expected, String where) {
    if (!given.equals(expected)) {
      throw invalid("%s has the keys %s; the signature has %s".formatted(where, given, expected));
    }
  }

  private static String rows(Map<String, TensorValue> outputs) {
    int rows = outputs.values().iterator().next().rows();
    if (outputs.values().stream().anyMatch(value -> value.rows() != rows)) {
      throw invalid("the outputs have no common batch size; use the 'inputs' format");
    }
    StringBuilder out = new StringBuilder("{\"predictions\":[");
    for (int row = 0; row < rows; row++) {
      out.append(row == 0 ? "" : ",");
      if (outputs.size() == 1) {
        TensorJson.write(out, outputs.values().iterator().next(), row);
      } else {
        String separator = "{";
        for (Map.Entry<String, TensorValue> output : outputs.entrySet()) {
          out.append(separator).append('"').append(output.getKey()).append("\":");
          TensorJson.write(out, output.getValue(), row);
          separator = ",";
        }
        out.append('}');
      }
    }
    return out.append("]}").toString();
  }

  private static String columns(Map<String, TensorValue> outputs) {
    StringBuilder out = new StringBuilder("{\"outputs\":");
    if (outputs.size() == 1) {
      TensorJson.write(out, outputs.values().iterator().next());
    } else {
      String separator = "{";
      for (Map.Entry<String, TensorValue> output : outputs.entrySet()) {
        out.append(separator).append('"').append(output.getKey()).append("\":");
        TensorJson.write(out, output.getValue());
        separator = ",";
      }
      out.append('}');
    }
    return out.append('}').toString();
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }
}
