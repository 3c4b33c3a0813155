package dev.lockstep.pretrained;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.pretrained.layout.Layout;
import dev.lockstep.pretrained.layout.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;

/**
 * A published model: its weights, the layout that their names show, and the {@code config.json}
 * that stands beside them.
 */
public final class Checkpoint implements AutoCloseable {
  /** What folders hold, the better format first; the last is google's, by the name of its index. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json",
          "bert_model.ckpt.index");

  /** What stands beside a model that is to be compared, and is none itself. */
  private static final Set<String> NO_WEIGHTS =
      Set.of("inputs.safetensors", "outputs.safetensors", "gradients.safetensors");

  private static final List<String> CONFIGS = List.of("config.json", "bert_config.json");

  /** The names that the first BERTs for PyTorch had for a norm's scale and offset. */
  private static final Map<String, String> OLD_ENDINGS =
      Map.of(".LayerNorm.gamma", ".LayerNorm.weight", ".LayerNorm.beta", ".LayerNorm.bias");

  private final Path path;
  private final WeightFile weights;
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Layout layout;
  private final Path folder;

  /**
   * @param path a file of weights, or the folder that holds it
   * @throws InvalidInputException if there is none, it is damaged, or its layout is not known
   */
  public static Checkpoint open(Path path) {
    WeightFile weights = WeightFile.open(Files.isDirectory(path) ? weightsIn(path) : path);
    try {
      return new Checkpoint(path, weights);
    } catch (InvalidInputException e) {
      weights.close();
      throw e;
    }
  }

  private Checkpoint(Path path, WeightFile weights) {
    this.path = path;
    this.weights = weights;
    this.folder = weights.path().toAbsolutePath().getParent();
    weights.names().forEach(name -> names.put(today(name), name));
    this.layout =
        Layouts.recognise(names.keySet())
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        path.toString(),
                        "its tensors are of no layout that is known; the first are "
                            + names.keySet().stream().limit(3).toList(),
                        "known are: " + String.join("; ", Layouts.labels())));
  }

  private static String today(String name) {
    for (Map.Entry<String, String> old : OLD_ENDINGS.entrySet()) {
      if (name.endsWith(old.getKey())) {
        return name.substring(0, name.length() - old.getKey().length()) + old.getValue();
      }
    }
    return name;
  }

  private static Path weightsIn(Path folder) {
    for (String name : WEIGHTS) {
      if (Files.exists(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    List<Path> others = withEnding(folder, ".safetensors", ".pt", ".pth", ".bin", ".ckpt.index");
    if (others.size() == 1) {
      return others.get(0);
    }
    throw new InvalidInputException(
        folder.toString(),
        others.isEmpty()
            ? "there are no weights in it"
            : "several files could be the weights: " + others,
        "expected one of " + String.join(", ", WEIGHTS) + ", or name the file itself");
  }

  private static List<Path> withEnding(Path folder, String... endings) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Stream.of(endings).anyMatch(end -> file.toString().endsWith(end)))
          .filter(file -> !NO_WEIGHTS.contains(file.getFileName().toString()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          folder.toString(), "it cannot be read: " + e.getMessage(), "see its permissions", e);
    }
  }

  /** The file or folder that was asked for. */
  public Path path() {
    return path;
  }

  public Layout layout() {
    return layout;
  }

  /** The tensors, by the names that the layout knows. */
  public Set<String> names() {
    return Collections.unmodifiableSet(names.keySet());
  }

  public boolean has(String tensor) {
    return names.containsKey(tensor);
  }

  public Shape shape(String tensor) {
    return weights.shape(names.getOrDefault(tensor, tensor));
  }

  public ElementType type(String tensor) {
    return weights.type(names.getOrDefault(tensor, tensor));
  }

  /** A tensor as float32, row by row. */
  public float[] floats(String tensor) {
    return weights.floats(names.getOrDefault(tensor, tensor));
  }

  /** {@code config.json}, or google's {@code bert_config.json}, beside the weights. */
  public Optional<JsonObject> config() {
    return CONFIGS.stream().flatMap(name -> beside(name).stream()).findFirst();
  }

  /**
   * {@code preprocessor_config.json} beside the weights, or the same in the {@code
   * processor_config.json} of newer transformers.
   */
  public Optional<JsonObject> preprocessorConfig() {
    return beside("preprocessor_config.json")
        .or(
            () ->
                beside("processor_config.json")
                    .map(json -> json.get("image_processor"))
                    .filter(JsonElement::isJsonObject)
                    .map(JsonElement::getAsJsonObject));
  }

  /** A JSON file beside the weights. */
  Optional<JsonObject> beside(String name) {
    return fileBeside(name).map(JsonFile::read);
  }

  /** A file beside the weights. */
  public Optional<Path> fileBeside(String name) {
    return Optional.of(folder.resolve(name)).filter(Files::exists);
  }

  /** The files of the weights themselves: one, or an index and its shards. */
  public List<Path> files() {
    return weights.files();
  }

  @Override
  public void close() {
    weights.close();
  }
}
