package dev.lockstep.tensorflow;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.types.family.TType;

/**
 * A chain of elementwise operations and sums over rows that XLA compiles, so that it goes over
 * memory once or twice and not once for each operation. Compiled when a step first takes it with
 * inputs of some shape, in a fifth of a second or so; all places of a model with the same shapes
 * share that. Without a gradient of its own: see {@link OwnGradient}.
 */
public final class FusedFunction {
  /** What is computed. */
  public interface Body {
    /**
     * @param inputs of the types that the function was made for
     * @return what comes out
     */
    List<Operand<? extends TType>> of(Ops tf, List<Operand<? extends TType>> inputs);
  }

  private final String name;
  private final ConcreteFunction function;
  private final DataType[] inputTypes;
  private final DataType[] outputTypes;

  /**
   * @param name of letters and digits, for the names of operations
   */
  public FusedFunction(String name, List<DataType> inputTypes, Body body) {
    this.name = name;
    this.inputTypes = inputTypes.toArray(DataType[]::new);
    Graph graph = new Graph();
    Ops tf = Ops.create(graph);
    Signature.Builder signature = Signature.builder().key(name);
    List<Operand<? extends TType>> inputs = new ArrayList<>();
    for (DataType type : inputTypes) {
      // The type is known only as a value here, which the typed placeholder does not take.
      Operand<TType> input =
          graph
              .opBuilder("Placeholder", "input" + inputs.size(), tf.scope())
              .setAttr("dtype", type)
              .build()
              .output(0);
      signature.input("input" + inputs.size(), input);
      inputs.add(input);
    }
    List<Operand<? extends TType>> outputs = body.of(tf, inputs);
    this.outputTypes = new DataType[outputs.size()];
    for (int i = 0; i < outputs.size(); i++) {
      signature.output("output" + i, outputs.get(i));
      outputTypes[i] = outputs.get(i).asOutput().dataType();
    }
    this.function = ConcreteFunction.create(signature.build(), graph);
  }

  /**
   * Whether this build of TensorFlow is the one for processors. On a GPU its own kernels serve, and
   * XLA would want the CUDA toolkit besides.
   */
  public static boolean available() {
    return !NativeDevice.isGpuBuild();
  }

  /** Makes the function known to a graph; not while that is given gradients, which holds a lock. */
  public void attach(Ops tf) {
    tf.scope().env().attachFunction(function);
  }

  /**
   * A call as part of a graph that knows the function; the shapes of what comes out are not known.
   */
  public List<Operand<? extends TType>> call(Ops tf, List<Operand<? extends TType>> inputs) {
    Operation call =
        tf.scope()
            .opBuilder("PartitionedCall", name)
            .addInputList(inputs.stream().map(Operand::asOutput).toArray(Output<?>[]::new))
            .setAttr("Tin", inputTypes)
            .setAttr("Tout", outputTypes)
            .setAttr(
                "f",
                AttrValue.newBuilder()
                    .setFunc(NameAttrList.newBuilder().setName(function.getDefinedName()))
                    .build())
            .setAttr("config", "")
            .setAttr("config_proto", "")
            .setAttr("executor_type", "")
            .setAttr("_XlaMustCompile", true)
            .build();
    List<Operand<? extends TType>> outputs = new ArrayList<>();
    for (int i = 0; i < outputTypes.length; i++) {
      outputs.add(call.<TType>output(i));
    }
    return outputs;
  }
}
