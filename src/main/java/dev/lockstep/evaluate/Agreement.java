package dev.lockstep.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.ModelBlock;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.pretrained.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.ConfigProto;

/**
 * Whether Lockstep's numbers are another library's: the same weights and inputs, and then each
 * output and each gradient compared. The folder holds the weights with {@code config.json}, {@code
 * inputs.safetensors}, {@code outputs.safetensors} and perhaps {@code gradients.safetensors}, under
 * the library's own names.
 */
public final class Agreement {
  private static final String INPUTS = "inputs.safetensors";
  private static final String OUTPUTS = "outputs.safetensors";
  private static final String GRADIENTS = "gradients.safetensors";

  private static final double LOSS_LIMIT = 1e-6;
  private static final double OUTPUT_LIMIT = 1e-5;
  private static final double GRADIENT_LIMIT = 1e-4;

  /** Of the norm of all gradients together, what float32 can tell from nothing. */
  private static final double ROUNDING = 1e-7;

  private final Path folder;
  private final Arithmetic arithmetic;
  private final OptionalDouble tolerance;
  private final String layout;
  private final ReferenceRun run;
  private final List<Difference> outputs = new ArrayList<>();
  private final List<Difference> gradients = new ArrayList<>();
  private final List<String> notCompared = new ArrayList<>();

  private Agreement(
      Path folder,
      Arithmetic arithmetic,
      OptionalDouble tolerance,
      String layout,
      ReferenceRun run) {
    this.folder = folder;
    this.arithmetic = arithmetic;
    this.tolerance = tolerance;
    this.layout = layout;
    this.run = run;
  }

  /**
   * Computes and compares.
   *
   * @param tolerance the limit for everything, in place of 1e-5 for outputs, 1e-6 for the loss and
   *     1e-4 of its norm for a gradient
   * @throws InvalidInputException if the folder lacks a file, or one cannot be used
   */
  public static Agreement of(
      Path folder, Arithmetic arithmetic, OptionalDouble tolerance, ConfigProto config) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile inputs = new SafetensorsFile(folder.resolve(INPUTS))) {
      String layout = checkpoint.layout().label();
      boolean paddingIsZero = layout.startsWith("the original") || layout.startsWith("Lockstep's");
      ModelBlock block = ModelBlock.of(checkpoint);
      ReferenceInputs read = new ReferenceInputs(inputs, paddingIsZero, block.patch().orElse(1));
      ReferenceRun run = new ReferenceRun(checkpoint, block, read, arithmetic, config);
      Agreement agreement = new Agreement(folder, arithmetic, tolerance, layout, run);
      agreement.compareOutputs();
      agreement.compareGradients();
      agreement.checkSomethingCompared();
      if (arithmetic == Arithmetic.FLOAT64 && tolerance.isEmpty() && !agreement.holds()) {
        agreement.allowRounding(
            new ReferenceRun(checkpoint, block, read, Arithmetic.FLOAT32, config));
      }
      return agreement;
    }
  }

  private void compareOutputs() {
    try (SafetensorsFile theirs = new SafetensorsFile(folder.resolve(OUTPUTS))) {
      for (String name : theirs.names()) {
        double limit = tolerance.orElse(name.equals("loss") ? LOSS_LIMIT : OUTPUT_LIMIT);
        value(run.outputs(), theirs, name)
            .ifPresent(
                ours -> outputs.add(Difference.ofOutput(name, ours, theirs.floats(name), limit)));
      }
    }
  }

  private void compareGradients() {
    if (!Files.exists(folder.resolve(GRADIENTS))) {
      return;
    }
    try (SafetensorsFile theirs = new SafetensorsFile(folder.resolve(GRADIENTS))) {
      double squares = 0;
      for (String name : theirs.names()) {
        squares += Math.pow(Difference.norm(theirs.floats(name)), 2);
      }
      double rounding = ROUNDING * Math.sqrt(squares);
      double limit = tolerance.orElse(GRADIENT_LIMIT);
      for (String name : theirs.names()) {
        value(run.gradients(), theirs, name)
            .ifPresent(
                ours ->
                    gradients.add(
                        Difference.ofGradient(name, ours, theirs.floats(name), limit, rounding)));
      }
    }
  }

  private void checkSomethingCompared() {
    if (outputs.isEmpty() && gradients.isEmpty()) {
      throw new InvalidInputException(
          folder.toString(),
          "none of its outputs is known: " + String.join(", ", notCompared),
          "known are: " + String.join(", ", run.outputs().keySet()));
    }
  }

  /**
   * Where embeddings lie close together, float32 keeps fewer than four digits of a gradient, and
   * the other side's are float32: what they are off by is no difference of the models. How much
   * that is on these inputs shows in Lockstep's own float32.
   */
  private void allowRounding(ReferenceRun float32) {
    gradients.replaceAll(
        difference ->
            difference.allowing(
                run.gradients().get(difference.name()).values(),
                float32.gradients().get(difference.name()).values()));
  }

  private Optional<float[]> value(
      Map<String, ReferenceRun.Values> ours, SafetensorsFile theirs, String name) {
    ReferenceRun.Values found = ours.get(name);
    if (found == null) {
      notCompared.add(name);
      return Optional.empty();
    }
    if (found.values().length != theirs.shape(name).size()) {
      throw new InvalidInputException(
          theirs.path().toString(),
          name + " has the shape " + theirs.shape(name) + ", but Lockstep's is " + found.shape(),
          "see that inputs, outputs and weights belong together");
    }
    return Optional.of(found.values());
  }

  /** Whether all that was compared is within its limit. */
  public boolean holds() {
    return outputs.stream().allMatch(Difference::within)
        && gradients.stream().allMatch(Difference::within);
  }

  /** For the user. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(folder + ": " + layout + ", in " + arithmetic.name().toLowerCase(Locale.ROOT));
    lines.add("        absolute  relative");
    outputs.forEach(difference -> lines.add(difference.line()));
    gradients.forEach(difference -> lines.add(difference.line()));
    notCompared.forEach(name -> lines.add("  not compared: " + name));
    lines.add("  " + verdict());
    return lines;
  }

  private String verdict() {
    List<Difference> all = new ArrayList<>(outputs);
    all.addAll(gradients);
    long far = all.stream().filter(difference -> !difference.within()).count();
    long rounded = all.stream().filter(Difference::isRounding).count();
    return "%s: %d outputs, %d gradients%s%s"
        .formatted(
            far == 0 ? "agrees" : "differs",
            outputs.size(),
            gradients.size(),
            far == 0 ? "" : ", " + far + " of them too far",
            rounded == 0
                ? ""
                : ", %d (~) beyond %.0e, but not beyond what float32 rounds on these inputs"
                    .formatted(rounded, GRADIENT_LIMIT));
  }

  /** For programs. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("folder", folder.toString());
    json.addProperty("layout", layout);
    json.addProperty("arithmetic", arithmetic.name().toLowerCase(Locale.ROOT));
    json.addProperty("agrees", holds());
    json.add("outputs", array(outputs));
    json.add("gradients", array(gradients));
    JsonArray unknown = new JsonArray();
    notCompared.forEach(unknown::add);
    json.add("notCompared", unknown);
    return json;
  }

  private static JsonArray array(List<Difference> differences) {
    JsonArray array = new JsonArray();
    differences.forEach(difference -> array.add(difference.toJson()));
    return array;
  }

  /** Writes Lockstep's outputs and gradients, under the names and in the shapes of the other's. */
  public void write(Path file) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    run.outputs().forEach((name, ours) -> put(name, ours, shapes, values));
    run.gradients().forEach((name, ours) -> put(name, ours, shapes, values));
    for (String theirs : List.of(OUTPUTS, GRADIENTS)) {
      if (Files.exists(folder.resolve(theirs))) {
        try (SafetensorsFile other = new SafetensorsFile(folder.resolve(theirs))) {
          other.names().stream()
              .filter(shapes::containsKey)
              .forEach(name -> shapes.put(name, other.shape(name)));
        }
      }
    }
    SafetensorsWriter.write(file, shapes, values::get);
  }

  private static void put(
      String name,
      ReferenceRun.Values ours,
      Map<String, Shape> shapes,
      Map<String, float[]> values) {
    shapes.put(name, ours.shape());
    values.put(name, ours.values());
  }
}
