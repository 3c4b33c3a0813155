package dev.lockstep.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.Agreement;
import dev.lockstep.evaluate.Arithmetic;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "agree",
    description = {
      "Compares Lockstep's outputs and gradients with those of another implementation.",
      "A FOLDER holds weights and config.json, inputs.safetensors (pixel_values, input_ids, perhaps"
          + " attention_mask), outputs.safetensors and perhaps gradients.safetensors, all under the"
          + " other's names. Exit status 1 if a difference is beyond its limit."
    },
    mixinStandardHelpOptions = true)
final class AgreeCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "What to compare with.")
  private List<Path> folders;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      description =
          "The limit for everything (default: 1e-5 for an output, 1e-6 for the loss, 1e-4 of its"
              + " norm for a gradient).")
  private Double tolerance;

  @Option(
      names = "--arithmetic",
      defaultValue = "float64",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, so that rounding is not taken for a"
              + " difference; float32 is what training computes in).")
  private Arithmetic arithmetic;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the differences there.")
  private Path json;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description =
          "Write Lockstep's own outputs and gradients there as safetensors, under the same names;"
              + " for one FOLDER.")
  private Path write;

  @Override
  public Integer call() {
    if (write != null && folders.size() > 1) {
      throw new InvalidInputException(
          "--write " + write, "there are " + folders.size() + " folders", "give one folder");
    }
    if (tolerance != null && !(tolerance >= 0)) {
      throw new InvalidInputException(
          "--tolerance " + tolerance, "it is no limit", "expected a number of 0 or more");
    }
    OutputFiles.check(json, write);
    Device device = Device.open(DeviceSpec.from(Block.parse("gpus = none")));
    boolean agrees = true;
    List<InvalidInputException> unusable = new ArrayList<>();
    JsonArray all = new JsonArray();
    for (Path folder : folders) {
      try {
        Agreement agreement = compare(folder, device);
        agrees &= agreement.holds();
        all.add(agreement.toJson());
      } catch (InvalidInputException e) {
        unusable.add(e);
        JsonObject failed = new JsonObject();
        failed.addProperty("folder", folder.toString());
        failed.addProperty("error", e.getMessage());
        all.add(failed);
      }
    }
    if (json != null) {
      JsonObject object = new JsonObject();
      object.addProperty("agrees", agrees && unusable.isEmpty());
      object.add("folders", all);
      OutputFiles.write(json, object);
    }
    if (!unusable.isEmpty()) {
      // The last is said by whoever catches it.
      InvalidInputException last = unusable.remove(unusable.size() - 1);
      unusable.forEach(e -> System.err.println("lockstep: " + e.getMessage()));
      throw last;
    }
    return agrees ? 0 : 1;
  }

  private Agreement compare(Path folder, Device device) {
    Agreement agreement =
        Agreement.of(
            folder,
            arithmetic,
            tolerance == null ? OptionalDouble.empty() : OptionalDouble.of(tolerance),
            device.sessionConfig());
    agreement.lines().forEach(System.out::println);
    if (write != null) {
      agreement.write(write);
    }
    return agreement;
  }
}
