package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/**
 * Named tensors in a file, whatever its format. Opening reads the names only; each tensor is read
 * when it is asked for, so memory holds one at a time. Not for several threads at once.
 */
public interface WeightFile extends AutoCloseable {

  /**
   * Opens a file of any format that is known, which is told from its content: safetensors, an index
   * of shards ({@code .index.json}), PyTorch ({@code .bin}, {@code .pt}), TensorFlow ({@code
   * bert_model.ckpt}, with or without {@code .index}).
   *
   * @throws InvalidInputException if there is none, or it is damaged, or it asks for more than
   *     weights
   */
  static WeightFile open(Path path) {
    return WeightFormat.of(path).open(path);
  }

  Path path();

  /** All files that it reads. */
  default List<Path> files() {
    return List.of(path());
  }

  /** The tensors, in the order of the file. */
  Set<String> names();

  /**
   * @throws InvalidInputException if there is no such tensor
   */
  Shape shape(String name);

  /** The type in the file. */
  ElementType type(String name);

  /**
   * A tensor as float32, row by row, whatever floating type or integer the file holds.
   *
   * @throws InvalidInputException if there is no such tensor or the file ends too early
   */
  float[] floats(String name);

  @Override
  void close();
}
