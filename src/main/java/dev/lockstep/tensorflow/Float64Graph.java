package dev.lockstep.tensorflow;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * A float32 graph once more, in float64, gradients and all. It tells whether two implementations
 * differ or only round differently: the gradient of a contrastive loss is a small difference of
 * large numbers wherever a batch's embeddings lie close together, and float32 then keeps three or
 * four digits of it, whoever computes it.
 */
public final class Float64Graph implements AutoCloseable {
  private final Graph graph = new Graph();

  /**
   * @param float32 whole; later changes of it are not seen
   */
  public Float64Graph(Graph float32) {
    GraphDef.Builder wide = float32.toGraphDef().toBuilder();
    wide.getNodeBuilderList().forEach(Float64Graph::widen);
    graph.importGraphDef(wide.build());
  }

  public Graph graph() {
    return graph;
  }

  /** What an operand of the float32 graph has become; integers have stayed what they were. */
  public Output<?> of(Operand<?> operand) {
    Output<?> output = operand.asOutput();
    return graph.operation(output.op().name()).output(output.index());
  }

  @Override
  public void close() {
    graph.close();
  }

  private static void widen(NodeDef.Builder node) {
    node.getAttrMap().forEach((name, value) -> node.putAttr(name, widened(value)));
  }

  private static AttrValue widened(AttrValue value) {
    return switch (value.getValueCase()) {
      case TYPE -> value.toBuilder().setType(widened(value.getType())).build();
      case LIST -> {
        AttrValue.Builder list = value.toBuilder();
        IntStream.range(0, value.getList().getTypeCount())
            .forEach(i -> list.getListBuilder().setType(i, widened(value.getList().getType(i))));
        yield list.build();
      }
      case TENSOR ->
          value.getTensor().getDtype() == DataType.DT_FLOAT
              ? value.toBuilder().setTensor(widened(value.getTensor())).build()
              : value;
      default -> value;
    };
  }

  private static DataType widened(DataType type) {
    return type == DataType.DT_FLOAT ? DataType.DT_DOUBLE : type;
  }

  private static TensorProto widened(TensorProto tensor) {
    TensorProto.Builder wide =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_DOUBLE)
            .setTensorShape(tensor.getTensorShape());
    tensor.getFloatValList().forEach(value -> wide.addDoubleVal(value));
    if (!tensor.getTensorContent().isEmpty()) {
      FloatBuffer floats =
          tensor
              .getTensorContent()
              .asReadOnlyByteBuffer()
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      while (floats.hasRemaining()) {
        wide.addDoubleVal(floats.get());
      }
    }
    return wide.build();
  }
}
