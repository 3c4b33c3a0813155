package dev.lockstep.tensorflow;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * A graph function from one scalar to a dataset of string scalars, written node by node.
 *
 * <p>TensorFlow-Java's {@code ConcreteFunction} has no type for a dataset as a result, so what
 * interleaves or chains datasets must be given its function as a {@code FunctionDef}.
 */
public final class DatasetFunction {
  // GraphDef version of TensorFlow 2.18, which the native library is.
  private static final int PRODUCER = 1994;

  private final String name;
  private final FunctionDef.Builder definition;
  private static final String CAPTURED = "captured";

  private final String input;

  /**
   * @param name unique within the graph
   */
  public DatasetFunction(String name, DataType inputType) {
    this.name = name;
    this.input = "input";
    this.definition =
        FunctionDef.newBuilder()
            .setSignature(
                OpDef.newBuilder()
                    .setName(name)
                    .addInputArg(OpDef.ArgDef.newBuilder().setName(input).setType(inputType))
                    .addOutputArg(
                        OpDef.ArgDef.newBuilder().setName("dataset").setType(DataType.DT_VARIANT)));
  }

  /** The function's input, to be given to a node. */
  public String input() {
    return input;
  }

  /** Gives the function a second input, a text that is the same for all elements. */
  public String capture() {
    definition
        .getSignatureBuilder()
        .addInputArg(OpDef.ArgDef.newBuilder().setName(CAPTURED).setType(DataType.DT_STRING));
    return CAPTURED;
  }

  /** Each of the vector {@code names} under the folder. */
  public String paths(String folder, String names) {
    return add(
            "StringJoin",
            List.of(folder, names),
            Map.of("N", AttrValue.newBuilder().setI(2).build(), "separator", text("/")))
        + ":output:0";
  }

  /** A scalar. */
  public String constant(long value) {
    return constant(DataType.DT_INT64, TensorProto.newBuilder().addInt64Val(value), new long[0]);
  }

  /** A scalar. */
  public String constant(String value) {
    return constant(
        DataType.DT_STRING,
        TensorProto.newBuilder().addStringVal(ByteString.copyFromUtf8(value)),
        new long[0]);
  }

  /** A vector. */
  public String constant(List<String> values) {
    TensorProto.Builder tensor = TensorProto.newBuilder();
    values.forEach(value -> tensor.addStringVal(ByteString.copyFromUtf8(value)));
    return constant(DataType.DT_STRING, tensor, new long[] {values.size()});
  }

  /** A node that gives a dataset, whose attributes are as in TensorFlow's op registry. */
  public String dataset(String op, List<String> inputs, Map<String, AttrValue> attributes) {
    return add(op, inputs, attributes) + ":handle:0";
  }

  /** Puts the function into the graph's library, with {@code dataset} as its result. */
  public void define(Graph graph, String dataset) {
    graph.importGraphDef(
        GraphDef.newBuilder()
            .setLibrary(
                FunctionDefLibrary.newBuilder().addFunction(definition.putRet("dataset", dataset)))
            .setVersions(VersionDef.newBuilder().setProducer(PRODUCER))
            .build());
  }

  /**
   * One dataset after the other: this function's dataset for each element of {@code inputs}.
   *
   * @param captured what the function captures; empty where that is nothing
   */
  @SuppressWarnings("unchecked")
  public Operand<TType> flatMap(
      Ops tf, Operand<? extends TType> inputs, List<Operand<TString>> captured) {
    OperationBuilder builder = tf.scope().opBuilder("FlatMapDataset", "FlatMapDataset");
    builder.addInput(inputs.asOutput());
    builder.addInputList(captured.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
    builder.setAttr("f", function(name));
    builder.setAttr("output_types", new DataType[] {DataType.DT_STRING});
    builder.setAttr("output_shapes", new Shape[] {Shape.scalar()});
    return (Output<TType>) (Output<?>) builder.build().output(0);
  }

  /** The attribute that names a function of the graph's library. */
  public static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  public static AttrValue flag(boolean value) {
    return AttrValue.newBuilder().setB(value).build();
  }

  public static AttrValue text(String value) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)).build();
  }

  public static AttrValue types(DataType... types) {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addAllType(Arrays.asList(types)))
        .build();
  }

  /** The attribute for elements of one scalar. */
  public static AttrValue scalarShape() {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addShape(TensorShapeProto.newBuilder()))
        .build();
  }

  private String constant(DataType type, TensorProto.Builder tensor, long[] shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    tensor.setDtype(type).setTensorShape(dimensions);
    return add(
            "Const",
            new ArrayList<>(),
            Map.of(
                "dtype", AttrValue.newBuilder().setType(type).build(),
                "value", AttrValue.newBuilder().setTensor(tensor).build()))
        + ":output:0";
  }

  private String add(String op, List<String> inputs, Map<String, AttrValue> attributes) {
    String node = "node" + definition.getNodeDefCount();
    definition.addNodeDef(
        NodeDef.newBuilder().setName(node).setOp(op).addAllInput(inputs).putAllAttr(attributes));
    return node;
  }
}
