package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.PositionEmbeddings;
import dev.lockstep.pretrained.ImportTable.Outcome;
import dev.lockstep.pretrained.layout.Conversion;
import dev.lockstep.pretrained.layout.Mapping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * Where a variable's values come from, and what has to be done to them.
 *
 * @param resizing of position embeddings
 */
record TensorSource(Mapping mapping, Resizing resizing, ElementType type, long rows) {

  enum Resizing {
    NONE,
    /** A grid of patches of another size. */
    GRID,
    /** Texts no longer than the checkpoint's: the first rows. */
    FIRST_ROWS
  }

  /**
   * @throws InvalidInputException if a tensor has a shape that the variable cannot be made of
   */
  static TensorSource of(Checkpoint checkpoint, Mapping mapping) {
    ElementType type = checkpoint.type(mapping.tensors().get(0));
    Shape expected = mapping.tensorShape();
    for (String tensor : mapping.tensors()) {
      Shape found = withoutLeadingOnes(checkpoint.shape(tensor), expected.numDimensions());
      if (!found.equals(expected)) {
        Resizing resizing = resizing(mapping.variable(), expected, found);
        if (resizing == Resizing.NONE) {
          throw otherShape(checkpoint, mapping, tensor);
        }
        return new TensorSource(mapping, resizing, type, found.size(0));
      }
    }
    return new TensorSource(mapping, Resizing.NONE, type, 0);
  }

  Outcome outcome() {
    return how().isEmpty() ? Outcome.MATCHED : Outcome.CONVERTED;
  }

  /** What is done to the values, in words; empty if nothing. */
  String how() {
    List<String> steps = new ArrayList<>();
    if (type != ElementType.F32) {
      steps.add("from " + type);
    }
    if (mapping.conversion() != Conversion.AS_IS) {
      steps.add(mapping.conversion().description());
    }
    if (mapping.tensors().size() > 1) {
      steps.add(mapping.tensors().size() + " side by side");
    }
    long wanted = mapping.shape().numDimensions() == 0 ? 0 : mapping.shape().size(0);
    switch (resizing) {
      case GRID -> {
        int from = PositionGrid.side(rows);
        int to = PositionGrid.side(wanted);
        steps.add("grid of " + from + "x" + from + " to " + to + "x" + to + ", bicubic");
      }
      case FIRST_ROWS -> steps.add("the first " + wanted + " of " + rows + " positions");
      case NONE -> {}
    }
    return String.join(", ", steps);
  }

  float[] read(Checkpoint checkpoint) {
    List<float[]> values = mapping.tensors().stream().map(checkpoint::floats).toList();
    return switch (resizing) {
      case NONE -> mapping.toVariable(values);
      case GRID ->
          PositionEmbeddings.interpolated(
              values.get(0),
              (int) mapping.shape().size(1),
              PositionGrid.side(mapping.shape().size(0)));
      case FIRST_ROWS -> Arrays.copyOf(values.get(0), Math.toIntExact(mapping.shape().size()));
    };
  }

  /** The shape of what {@link #gradient} gives: the variable's, with the rows of the tensor. */
  Shape gradientShape() {
    return resizing == Resizing.NONE
        ? mapping.shape()
        : Shape.of(rows, mapping.shape().size(mapping.shape().numDimensions() - 1));
  }

  /**
   * The gradient of what was read, before it was resized.
   *
   * @param values the variable's gradient
   */
  float[] gradient(float[] values) {
    return switch (resizing) {
      case NONE -> values;
      case GRID ->
          PositionEmbeddings.gradient(
              values, (int) mapping.shape().size(1), PositionGrid.side(rows));
      case FIRST_ROWS -> Arrays.copyOf(values, Math.toIntExact(gradientShape().size()));
    };
  }

  private static Resizing resizing(String variable, Shape wanted, Shape found) {
    if (wanted.numDimensions() != 2
        || found.numDimensions() != 2
        || wanted.size(1) != found.size(1)) {
      return Resizing.NONE;
    }
    if (variable.endsWith("/position-embedding")
        && PositionGrid.side(wanted.size(0)) > 0
        && PositionGrid.side(found.size(0)) > 0) {
      return Resizing.GRID;
    }
    boolean longer = wanted.size(0) < found.size(0);
    return variable.endsWith("/embeddings/position") && longer
        ? Resizing.FIRST_ROWS
        : Resizing.NONE;
  }

  private static Shape withoutLeadingOnes(Shape shape, int dimensions) {
    while (shape.numDimensions() > dimensions && shape.size(0) == 1) {
      shape = shape.tail();
    }
    return shape;
  }

  private static InvalidInputException otherShape(
      Checkpoint checkpoint, Mapping mapping, String tensor) {
    return new InvalidInputException(
        checkpoint.path().toString(),
        tensor
            + " has the shape "
            + checkpoint.shape(tensor)
            + ", but "
            + mapping.variable()
            + " "
            + mapping.shape()
            + " needs "
            + mapping.tensorShape(),
        advice(mapping, checkpoint.shape(tensor)));
  }

  private static String advice(Mapping mapping, Shape found) {
    String variable = mapping.variable();
    boolean sameWidth =
        found.numDimensions() == 2 && found.size(1) == mapping.tensorShape().size(1);
    if (variable.endsWith("/embeddings/word") && sameWidth) {
      return "the vocabularies differ: set tokenizer.vocabulary to the checkpoint's vocab.txt";
    }
    if (variable.endsWith("/embeddings/position") && sameWidth) {
      return "set model.text.positions to what the checkpoint has, or less";
    }
    if (variable.contains("/projection/")) {
      return "set model.embedding to the checkpoint's, or name "
          + variable
          + " in allow-missing to start it afresh";
    }
    return "give the model block the sizes of the checkpoint";
  }
}
