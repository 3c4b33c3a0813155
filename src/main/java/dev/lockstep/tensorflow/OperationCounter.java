package dev.lockstep.tensorflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Counts the floating-point operations of a graph: those of its matrix products and convolutions,
 * where a multiplication and its addition are two, as in Kaplan et al. 2020, section 2.1. What
 * works on each element alone (norms, activations, softmax, the optimizer) is left out; in the
 * towers of this field it is a few hundredths.
 *
 * <p>It counts what is in the graph: a part that nothing asks for costs nothing, and a gradient
 * that nobody needs is not there. The shapes come from a copy of the graph in which the sizes that
 * a batch decides are set.
 */
public final class OperationCounter implements AutoCloseable {
  /** Attributes that hold the static shapes of what comes into the graph. */
  private static final List<String> SHAPES_OF_SOURCES = List.of("output_shapes", "shape");

  private static final Set<String> SOURCES =
      Set.of("IteratorGetNext", "EnsureShape", "Placeholder");

  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Graph sized = new Graph();

  /** For a graph that picks nothing by what it is. */
  public OperationCounter(Graph graph, long batch, long tokens) {
    this(graph, batch, batch, tokens, 0);
  }

  /**
   * @param batch what an unknown first dimension of an input is
   * @param images the same of an input of images, which has four dimensions
   * @param tokens what any other unknown dimension of an input is: the length of a text
   * @param picked of the tokens of a batch, how many are picked by what they are, as masked
   *     language modelling picks those that it hides
   */
  public OperationCounter(Graph graph, long batch, long images, long tokens, long picked) {
    GraphDef.Builder copy = graph.toGraphDef().toBuilder();
    for (NodeDef.Builder node : copy.getNodeBuilderList()) {
      if (node.getOp().equals("Where")) {
        replaceByPlaces(node, picked);
      } else if (SOURCES.contains(node.getOp())) {
        SHAPES_OF_SOURCES.stream()
            .filter(node::containsAttr)
            .forEach(name -> setSizes(node, name, batch, images, tokens));
      }
    }
    copy.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    sized.importGraphDef(copy.build());
  }

  /** Places in a list: how many there are, no shape can tell. */
  private static void replaceByPlaces(NodeDef.Builder node, long count) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setSize(count);
    shape.addDimBuilder().setSize(1);
    node.setOp("Placeholder")
        .clearInput()
        .clearAttr()
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_INT64).build())
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build());
  }

  private static void setSizes(
      NodeDef.Builder node, String name, long batch, long images, long tokens) {
    AttrValue.Builder value = node.getAttrOrThrow(name).toBuilder();
    if (value.hasShape()) {
      setSizes(value.getShapeBuilder(), batch, images, tokens);
    } else {
      value
          .getListBuilder()
          .getShapeBuilderList()
          .forEach(shape -> setSizes(shape, batch, images, tokens));
    }
    node.putAttr(name, value.build());
  }

  private static void setSizes(
      TensorShapeProto.Builder shape, long batch, long images, long tokens) {
    long rows = shape.getDimCount() == 4 ? images : batch;
    for (int i = 0; i < shape.getDimCount(); i++) {
      if (shape.getDim(i).getSize() < 0) {
        shape.getDimBuilder(i).setSize(i == 0 ? rows : tokens);
      }
    }
  }

  /**
   * The operations of one run that has these as its targets.
   *
   * @return nothing if the shape of a product cannot be told from the graph
   */
  public OptionalLong of(List<? extends Op> targets) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    targets.forEach(target -> open.add(target.op().name()));
    long sum = 0;
    while (!open.isEmpty()) {
      String name = open.pop();
      if (seen.add(name)) {
        NodeDef node = nodes.get(name);
        node.getInputList().forEach(input -> open.push(nodeOf(input)));
        long operations = operations(node);
        if (operations < 0) {
          return OptionalLong.empty();
        }
        sum = Math.addExact(sum, operations);
      }
    }
    return OptionalLong.of(sum);
  }

  /** An input is {@code name}, {@code name:output} or {@code ^name}. */
  private static String nodeOf(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  /** Negative where a shape is not known. */
  private long operations(NodeDef node) {
    return switch (node.getOp()) {
      case "MatMul" -> product(node, node.getAttrOrThrow("transpose_a").getB());
      case "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3" ->
          product(node, node.getAttrOrThrow("adj_x").getB());
      case "Einsum" -> einsum(node);
      case "Conv2D" -> convolution(output(node), input(node, 1));
      case "Conv2DBackpropInput" -> convolution(input(node, 2), input(node, 1));
      case "Conv2DBackpropFilter" -> convolution(input(node, 2), output(node));
      default -> 0;
    };
  }

  /** [..., rows, inner] times [..., inner, columns]. */
  private long product(NodeDef node, boolean firstIsTransposed) {
    Shape first = input(node, 0);
    if (first.isUnknown() || first.hasUnknownDimension()) {
      return -1;
    }
    long inner = first.get(first.numDimensions() - (firstIsTransposed ? 2 : 1));
    return twice(output(node), inner);
  }

  /**
   * @param grid [batch, height, width, out], on the convolution's small side
   * @param kernel [height, width, in, out]
   */
  private static long convolution(Shape grid, Shape kernel) {
    if (kernel.isUnknown() || kernel.hasUnknownDimension()) {
      return -1;
    }
    return twice(grid, kernel.get(0) * kernel.get(1) * kernel.get(2));
  }

  private static long twice(Shape shape, long times) {
    return shape.isUnknown() || shape.hasUnknownDimension()
        ? -1
        : Math.multiplyExact(2 * times, shape.size());
  }

  /** All indices of the equation together; one of a single tensor multiplies nothing. */
  private long einsum(NodeDef node) {
    String equation = node.getAttrOrThrow("equation").getS().toStringUtf8();
    String[] terms = equation.replaceFirst("->.*", "").split(",", -1);
    if (terms.length < 2) {
      return 0;
    }
    Map<Character, Long> sizes = new HashMap<>();
    for (int i = 0; i < terms.length; i++) {
      Shape shape = input(node, i);
      if (shape.isUnknown() || shape.numDimensions() != terms[i].length()) {
        return -1;
      }
      for (int d = 0; d < terms[i].length(); d++) {
        sizes.merge(terms[i].charAt(d), shape.get(d), Math::max);
      }
    }
    long all = sizes.values().stream().reduce(1L, (a, b) -> a < 0 || b < 0 ? -1 : a * b);
    return all < 0 ? -1 : 2 * all;
  }

  private Shape output(NodeDef node) {
    return sized.operation(node.getName()).output(0).shape();
  }

  private Shape input(NodeDef node, int index) {
    List<String> data = new ArrayList<>(node.getInputList());
    data.removeIf(input -> input.startsWith("^"));
    String input = data.get(index);
    int colon = input.indexOf(':');
    Operation source = sized.operation(nodeOf(input));
    return source.output(colon < 0 ? 0 : Integer.parseInt(input.substring(colon + 1))).shape();
  }

  @Override
  public void close() {
    sized.close();
  }
}
