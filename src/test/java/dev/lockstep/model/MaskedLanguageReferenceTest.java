package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.input.Batch;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.objective.Forward;
import dev.lockstep.objective.Objective;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Masked language modelling against transformers' {@code BertForMaskedLM}. */
class MaskedLanguageReferenceTest {
  private static final String FOLDER = "masked-language";
  private static final int VOCABULARY = 40;
  private static final String MODEL =
      """
      image { type = resnet }
      text {
        type = bert, hidden = 16, layers = 2, heads = 2, intermediate = 24, positions = 12
        dropout = 0, attention-dropout = 0
      }
      embedding = 8
      """;

  private static final Layout LAYOUT =
      new Layout(
          Layout.TRANSFORMERS_BERT.rules()
              + """
              text/masked-language/dense cls.predictions.transform.dense
              text/masked-language/norm cls.predictions.transform.LayerNorm
              text/masked-language/decoder/bias cls.predictions.bias
              """);

  @Test
  void lossAndGradientsAgree() {
    try (Graph graph = new Graph();
        SafetensorsFile inputs = Reference.open(FOLDER, "inputs");
        SafetensorsFile weights = Reference.open(FOLDER, "model");
        SafetensorsFile outputs = Reference.open(FOLDER, "outputs");
        SafetensorsFile gradients = Reference.open(FOLDER, "gradients")) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      DualEncoder model =
          new DualEncoder(tf, variables, ModelSpec.from(Block.parse(MODEL), 32, 12), VOCABULARY);
      Tokens tokens = Reference.tokens(tf, inputs);
      Batch batch =
          new Batch(
              1,
              null,
              tokens.inputIds(),
              tokens.attentionMask(),
              null,
              null,
              null,
              null,
              integers(tf, inputs, "masked_ids"),
              integers(tf, inputs, "hidden"),
              null,
              null);
      LayerMode mode = LayerMode.evaluation(false);
      model.text(tokens, mode);
      Objective objective = ObjectiveSpec.from(Block.parse("type = masked-language")).objective();
      objective.makeVariables(model, scope -> new Layers(tf, variables, mode, scope));
      Objective.Loss loss =
          objective.loss(new Forward(tf, variables, model, batch, mode, "test", Set.of(Side.TEXT)));
      List<Variable> learned =
          variables.trainable().stream().filter(v -> !Side.isProjection(v.name())).toList();
      Output<?>[] byVariable =
          graph.addGradients(
              "gradients",
              new Output<?>[] {loss.value().asOutput()},
              learned.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new),
              null);
      VariableValues values = new VariableValues(tf, learned);
      try (Session session = new Session(graph)) {
        values.set(session, LAYOUT.read(weights, learned));
        Session.Runner runner = session.runner().fetch(loss.value()).fetch(loss.chance());
        for (Output<?> gradient : byVariable) {
          runner.fetch(gradient);
        }
        try (Result result = runner.run()) {
          assertThat(floats(result, 0)).containsExactly(outputs.floats("loss"), within(2e-6f));
          assertThat(floats(result, 1)[0]).isCloseTo((float) Math.log(40), within(1e-6f));
          Map<String, float[]> expected = LAYOUT.read(gradients, learned);
          for (int i = 0; i < learned.size(); i++) {
            String name = learned.get(i).name();
            assertThat(floats(result, 2 + i))
                .as(name)
                .containsExactly(expected.get(name), within(1e-5f));
          }
        }
      }
    }
  }

  private static Operand<TInt32> integers(Ops tf, SafetensorsFile inputs, String name) {
    float[] values = inputs.floats(name);
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return tf.reshape(
        tf.constant(integers), tf.constant(new int[] {(int) inputs.shape(name).size(0), -1}));
  }

  private static float[] floats(Result result, int index) {
    return VariableValues.floats((TFloat32) result.get(index));
  }
}
