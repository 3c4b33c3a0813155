package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/** What the formats have in common once their tables of contents are read. */
abstract class StoredTensors implements WeightFile {
  private final Path path;

  StoredTensors(Path path) {
    this.path = path;
  }

  /** The tensors by name, in the order of the file. */
  abstract Map<String, StoredTensor> tensors();

  @Override
  public final Path path() {
    return path;
  }

  @Override
  public final Set<String> names() {
    return Collections.unmodifiableSet(tensors().keySet());
  }

  @Override
  public final Shape shape(String name) {
    return tensor(name).shape();
  }

  @Override
  public final ElementType type(String name) {
    return tensor(name).type();
  }

  @Override
  public final float[] floats(String name) {
    return tensor(name).floats();
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new InvalidInputException(
          path.toString(),
          "it has no tensor " + name,
          "see that it is of the model that you mean; it has "
              + tensors().size()
              + " tensors"
              + tensors().keySet().stream().findFirst().map(n -> ", the first " + n).orElse(""));
    }
    return tensor;
  }
}
