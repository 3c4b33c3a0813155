package dev.lockstep.evaluate;

import dev.lockstep.model.Side;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.CheckpointImporter;
import dev.lockstep.pretrained.ImportPlan;
import dev.lockstep.pretrained.ModelBlock;
import dev.lockstep.pretrained.layout.LayoutTensors;
import dev.lockstep.tensorflow.Float64Graph;
import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** What Lockstep makes of the inputs of another library's model, in one run of a graph. */
final class ReferenceRun {
  /**
   * A tensor under the other library's name and in its form.
   *
   * @param values row by row
   */
  record Values(Shape shape, float[] values) {}

  private static final String WORDS = "text/embeddings/word";

  private final Checkpoint checkpoint;
  private final Arithmetic arithmetic;
  private final Optional<Integer> paddingId;
  private final Map<String, Values> outputs = new LinkedHashMap<>();
  private final Map<String, Values> gradients = new LinkedHashMap<>();

  /**
   * @throws dev.lockstep.error.InvalidInputException if the checkpoint is not whole, or the inputs
   *     do not fit it
   */
  ReferenceRun(
      Checkpoint checkpoint,
      ModelBlock block,
      ReferenceInputs inputs,
      Arithmetic arithmetic,
      ConfigProto config) {
    this.checkpoint = checkpoint;
    this.arithmetic = arithmetic;
    this.paddingId = block.paddingId();
    try (Graph graph = new Graph()) {
      ReferenceModel model =
          new ReferenceModel(graph, block, side -> TowerHead.of(checkpoint, side), inputs);
      ImportPlan plan =
          CheckpointImporter.plan(
              checkpoint, model.values().keySet(), block.towers().keySet(), List.of());
      if (arithmetic == Arithmetic.FLOAT32) {
        run(graph, config, Operands.SAME, model, inputs, plan);
      } else {
        try (Float64Graph wide = new Float64Graph(graph)) {
          run(wide.graph(), config, wide::of, model, inputs, plan);
        }
      }
    }
  }

  /** Finds a model's operand in the graph that is run. */
  private interface Operands {
    Operands SAME = operand -> operand;

    Operand<?> find(Operand<?> operand);
  }

  Map<String, Values> outputs() {
    return outputs;
  }

  Map<String, Values> gradients() {
    return gradients;
  }

  private void run(
      Graph graph,
      ConfigProto config,
      Operands operands,
      ReferenceModel model,
      ReferenceInputs inputs,
      ImportPlan plan) {
    try (Session session = new Session(graph, config)) {
      assign(session, operands, model, plan);
      compute(session, operands, model, inputs, plan);
    }
  }

  private void assign(Session session, Operands operands, ReferenceModel model, ImportPlan plan) {
    Session.Runner runner = session.runner().addTarget(model.assign());
    List<Tensor> fed = new ArrayList<>();
    try {
      model
          .values()
          .forEach(
              (variable, placeholder) -> {
                Tensor value = floats(variable.shape(), plan.value(variable.name()));
                fed.add(value);
                runner.feed(operands.find(placeholder), value);
              });
      runner.run().close();
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private void compute(
      Session session,
      Operands operands,
      ReferenceModel model,
      ReferenceInputs inputs,
      ImportPlan plan) {
    Session.Runner runner = session.runner();
    List<Tensor> fed = new ArrayList<>();
    try {
      if (inputs.has(Side.IMAGE)) {
        fed.add(floats(inputs.pixelShape(), inputs.pixels()));
        runner.feed(operands.find(model.pixels()), fed.get(fed.size() - 1));
      }
      if (inputs.has(Side.TEXT)) {
        fed.add(TInt32.tensorOf(inputs.tokenShape(), DataBuffers.of(inputs.inputIds())));
        runner.feed(operands.find(model.tokens().inputIds()), fed.get(fed.size() - 1));
        fed.add(TInt32.tensorOf(inputs.tokenShape(), DataBuffers.of(inputs.attentionMask())));
        runner.feed(operands.find(model.tokens().attentionMask()), fed.get(fed.size() - 1));
      }
      model.outputs().values().forEach(output -> runner.fetch(operands.find(output)));
      model.gradients().values().forEach(gradient -> runner.fetch(operands.find(gradient)));
      try (Result result = runner.run()) {
        read(model, result, plan);
      }
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private void read(ReferenceModel model, Result result, ImportPlan plan) {
    int i = 0;
    for (String name : model.outputs().keySet()) {
      outputs.put(name, new Values(result.get(i).shape(), floats(result.get(i))));
      i++;
    }
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, float[]> byVariable = new LinkedHashMap<>();
    for (Variable variable : model.gradients().keySet()) {
      String name = variable.name();
      shapes.put(name, plan.gradientShape(name));
      byVariable.put(name, plan.gradient(name, floats(result.get(i++))));
    }
    paddingId
        .filter(id -> byVariable.containsKey(WORDS))
        .ifPresent(id -> clearRow(byVariable.get(WORDS), shapes.get(WORDS), id));
    LayoutTensors tensors = new LayoutTensors(checkpoint.layout(), shapes, byVariable::get);
    for (String name : tensors.shapes().keySet()) {
      gradients.put(name, new Values(tensors.shapes().get(name), tensors.value(name)));
    }
  }

  /** PyTorch's embedding of padding never learns, whatever the mask. */
  private static void clearRow(float[] table, Shape shape, int row) {
    int width = (int) shape.size(1);
    Arrays.fill(table, row * width, (row + 1) * width, 0);
  }

  private Tensor floats(Shape shape, float[] values) {
    if (arithmetic == Arithmetic.FLOAT32) {
      return TFloat32.tensorOf(shape, DataBuffers.of(values));
    }
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return TFloat64.tensorOf(shape, DataBuffers.of(wide));
  }

  private float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    if (arithmetic == Arithmetic.FLOAT32) {
      tensor.asRawTensor().data().asFloats().read(values);
      return values;
    }
    double[] wide = new double[values.length];
    tensor.asRawTensor().data().asDoubles().read(wide);
    for (int i = 0; i < wide.length; i++) {
      values[i] = (float) wide[i];
    }
    return values;
  }
}
