package dev.lockstep.pretrained;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;

/**
 * Weights over several files, with an index that says which tensor is in which: {@code
 * model.safetensors.index.json}, {@code pytorch_model.bin.index.json}.
 */
final class ShardedWeights implements WeightFile {
  static final String INDEX = ".index.json";

  private final Path path;
  private final Map<String, WeightFile> files = new LinkedHashMap<>();
  private final Map<String, WeightFile> byTensor = new LinkedHashMap<>();

  /**
   * @param path the index; the files stand beside it
   * @throws InvalidInputException if a file is missing or damaged, or lacks a tensor
   */
  ShardedWeights(Path path) {
    this.path = path;
    try {
      if (!(JsonFile.read(path).get("weight_map") instanceof JsonObject map)) {
        throw JsonFile.invalid(path, "it has no weight_map", null);
      }
      for (Map.Entry<String, JsonElement> entry : map.entrySet()) {
        add(entry.getKey(), entry.getValue());
      }
    } catch (InvalidInputException e) {
      close();
      throw e;
    }
  }

  private void add(String tensor, JsonElement file) {
    if (!file.isJsonPrimitive()) {
      throw JsonFile.invalid(path, tensor + " has no file", null);
    }
    String name = file.getAsString();
    if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.equals("..")) {
      throw JsonFile.invalid(path, tensor + " is to stand in " + name + ", not beside it", null);
    }
    WeightFile weights =
        files.computeIfAbsent(name, n -> WeightFormat.single(path.resolveSibling(n)));
    if (!weights.names().contains(tensor)) {
      throw JsonFile.invalid(path, tensor + " is to stand in " + name + ", which lacks it", null);
    }
    byTensor.put(tensor, weights);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<Path> files() {
    return Stream.concat(Stream.of(path), files.values().stream().map(WeightFile::path)).toList();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(byTensor.keySet());
  }

  @Override
  public Shape shape(String name) {
    return file(name).shape(name);
  }

  @Override
  public ElementType type(String name) {
    return file(name).type(name);
  }

  @Override
  public float[] floats(String name) {
    return file(name).floats(name);
  }

  private WeightFile file(String name) {
    WeightFile file = byTensor.get(name);
    if (file == null) {
      throw JsonFile.invalid(path, "it has no tensor " + name, null);
    }
    return file;
  }

  @Override
  public void close() {
    files.values().forEach(WeightFile::close);
  }
}
