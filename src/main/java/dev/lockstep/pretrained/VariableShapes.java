package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.pretrained.layout.Mapping;
import java.util.List;
import java.util.function.IntFunction;
import org.tensorflow.ndarray.Shape;

/** The shapes that Lockstep's variables have in a model like a checkpoint. */
final class VariableShapes {
  private final Checkpoint checkpoint;

  VariableShapes(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  boolean has(String variable) {
    List<String> tensors = checkpoint.layout().tensors(variable);
    return !tensors.isEmpty() && tensors.stream().allMatch(checkpoint::has);
  }

  /** How many of the names for 0, 1, 2 ... are there. */
  int count(IntFunction<String> variable) {
    int count = 0;
    while (has(variable.apply(count))) {
      count++;
    }
    return count;
  }

  /**
   * One dimension of a variable that is made of one tensor.
   *
   * @param dimensions how many the variable has
   */
  int size(String variable, int dimensions, int dimension) {
    return Math.toIntExact(shape(variable, dimensions).size(dimension));
  }

  private Shape shape(String variable, int dimensions) {
    if (!has(variable)) {
      throw invalid("it has no tensor for " + variable);
    }
    Mapping mapping =
        checkpoint
            .layout()
            .mapping(variable, Shape.of(new long[dimensions]))
            .orElseThrow(() -> invalid("it has no tensor for " + variable));
    Shape tensor = checkpoint.shape(mapping.tensors().get(0));
    while (tensor.numDimensions() > dimensions && tensor.size(0) == 1) {
      tensor = tensor.tail();
    }
    if (tensor.numDimensions() != dimensions) {
      throw invalid(mapping.tensors().get(0) + " has the shape " + tensor);
    }
    return mapping.conversion().variableShape(tensor);
  }

  InvalidInputException invalid(String found) {
    return new InvalidInputException(
        checkpoint.path().toString(),
        found,
        "the model block cannot be told from it; expected a model of " + checkpoint.layout());
  }
}
